"""What the figures of recurrence show: the kinds of recurrence by a month, and when the hazard is highest."""

from crlm.analyses.recurrence.patients import SCALE, choose_classification, list_causes
from crlm.display import findings, formats
from crlm.display.sections import Answer

INCIDENCE = ("incidence", "lower", "upper")


def describe_figures(plan, results):
    """For every endpoint and grouping the cumulative incidences at the last month known, and the highest hazard."""
    settings = plan["recurrence"]
    for name, spec in settings.get("endpoints", {}).items():
        label = plan["endpoints"][name]["label"]
        for key in settings["groupings"]:
            if words := _tell_kinds(plan, results, name, key, spec):
                yield Answer(f"{label}: {words}", f"recurrence_incidence_{name}_{key}")
            hazard = results["recurrence_hazard"]
            mine = hazard[(hazard["endpoint"] == name) & (hazard["grouping"] == key)]
            parts = [
                _tell_peak(plan, rows, key)
                for _, rows in findings.keep_known(mine, "hazard", plan).groupby(
                    "group", sort=False
                )
            ]
            if parts:
                words = (
                    f"{label}: the hazard of recurrence was highest {findings.join_parts(parts)}."
                )
                yield Answer(words, f"recurrence_hazard_{name}_{key}")


def _tell_kinds(plan, results, name, key, spec):
    kind = choose_classification(spec)
    causes = list_causes(spec["classifications"][kind])
    table = results["recurrence_incidence_at"]
    mine = table[
        (table["endpoint"] == name) & (table["grouping"] == key) & (table["classification"] == kind)
    ]
    rows = findings.keep_last(
        findings.keep_known(mine, "incidence", plan),
        "horizon",
        len(plan["groupings"][key]["groups"]),
    )
    if rows.empty:
        return ""
    parts = []
    for cause, label in causes.items():
        found = rows[(rows["cause"] == cause) & (rows["events"] > 0)]
        shares = [
            (
                row["incidence"],
                findings.tell_share(row, INCIDENCE) + findings.of_group(plan, key, row["group"]),
            )
            for _, row in found.iterrows()
        ]
        if shares:
            parts.append(
                f"{label}, {findings.join_parts(shares)}{_tell_test(results, name, key, kind, cause)}"
            )
    return (
        f"cumulative incidence within {rows['horizon'].iloc[0]:g} months: {'; '.join(parts)}."
        if parts
        else ""
    )


def _tell_test(results, name, key, kind, cause):
    gray = results["recurrence_gray"]
    gray = gray[
        (gray["endpoint"] == name) & (gray["grouping"] == key) & (gray["classification"] == kind)
    ]
    p = gray.loc[(gray["cause"] == cause) & gray["p_value"].notna(), "p_value"]
    return f" (Gray's test, {formats.state_p(p.iloc[0])})" if len(p) else ""


def _tell_peak(plan, rows, key):
    top = rows.loc[rows["hazard"].idxmax()]
    per = {name: SCALE * top[name] for name in ("hazard", "lower", "upper")}
    words = (
        f"at month {top['time']:g} ({findings.tell_number(per, tuple(per))} per 100 person-years)"
    )
    return top["hazard"], words + findings.of_group(plan, key, top["group"])
