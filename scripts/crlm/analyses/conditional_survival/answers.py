"""What the figures of conditional survival show."""

from crlm.display import findings
from crlm.display.sections import Answer

SURVIVAL = ("survival", "lower", "upper")


def describe_figures(plan, results):
    """Survival for the longest further time, from the start and after the longest time already survived, group by group."""
    settings = plan["conditional_survival"]
    for name in settings.get("endpoints", {}):
        table = findings.keep_known(results["conditional_survival"], "survival", plan)
        table = table[(table["endpoint"] == name) & (table["given"] == name)]
        for key, grouping in settings["groupings"].items():
            mine = table[table["grouping"] == key]
            started = mine[mine["given_months"] == 0].set_index(["group", "further_months"])
            rows = [
                (row, started.loc[row["group"], row["further_months"]])
                for _, row in mine[mine["given_months"] > 0].iterrows()
                if (row["group"], row["further_months"]) in started.index
            ]
            if not rows:
                continue
            later = mine.loc[[row.name for row, _ in rows]]
            later = findings.keep_last(later, "further_months", len(grouping["groups"]))
            later = findings.keep_last(later, "given_months", len(grouping["groups"]))
            yield Answer(
                _tell(plan, later, started, key, name), f"conditional_survival_{name}_{key}"
            )


def _tell(plan, later, started, key, name):
    given, further = (later[each].iloc[0] for each in ("given_months", "further_months"))
    parts = []
    for _, row in later.iterrows():
        first = started.loc[row["group"], further]
        words = f"{findings.tell_share(row, SURVIVAL)} against {findings.tell_share(first, SURVIVAL)} from the start"
        parts.append((row["survival"], words + findings.of_group(plan, key, row["group"])))
    return (
        f"{plan['endpoints'][name]['label']}: of those still at risk after {given:g} months, the share without the event "
        f"for {further:g} further months was {findings.join_parts(parts)}."
    )
