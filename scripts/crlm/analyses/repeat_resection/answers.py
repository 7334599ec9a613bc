"""What the curves after the landmark show."""

from crlm.display import findings, formats
from crlm.display.sections import Answer

SURVIVAL = ("survival", "lower", "upper")
TREATED = "treatment"  # grouping of the curves in the results


def describe_figures(plan, results):
    """Survival of the treated and of the others at the last month with enough at risk, with the test of the curves."""
    settings = plan["repeat_resection"]
    if not settings:
        return
    table = results["repeat_resection_survival"]
    rows = findings.keep_known(table[table["grouping"] == TREATED], "survival", plan)
    rows = findings.keep_last(rows, "time", 2)
    if rows.empty:
        return
    names = {"yes": "treated by the landmark", "no": "not treated by then"}
    parts = [
        (
            row["survival"],
            f"{findings.tell_share(row, SURVIVAL)} of those {names.get(row['group'], row['group'])}",
        )
        for _, row in rows.iterrows()
    ]
    words = (
        f"Survival at {rows['time'].iloc[0]:g} months after the landmark, {settings['landmark_months']:g} months after the "
        f"recurrence: {findings.join_parts(parts)}"
    )
    tests = results["repeat_resection_tests"]
    tests = tests[
        (tests["grouping"] == TREATED) & (tests["test"] == "log-rank") & tests["p_value"].notna()
    ]
    if len(tests):
        words += f" (log-rank test, {formats.state_p(tests['p_value'].iloc[0])})"
    yield Answer(
        f"{words}. Who is treated was chosen: an association.", "repeat_resection_landmark"
    )
