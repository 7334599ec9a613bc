"""What the figures of restricted means show."""

from crlm.display import findings, formats
from crlm.display.sections import Answer

DIFFERENCE = ("difference", "difference_lower", "difference_upper")


def describe_figures(plan, results):
    """The mean times up to the last horizon of every grouping, and of two groups the difference with its test."""
    for name in plan["restricted_mean"].get("horizons_months", {}):
        table = findings.keep_known(results["endpoints"][name]["restricted_mean"], "rmst", plan)
        for key, grouping in plan["restricted_mean"]["groupings"].items():
            rows = findings.keep_last(
                table[table["grouping"] == key], "horizon", len(grouping["groups"])
            )
            if len(rows):
                words = _tell(plan, rows, key)
                yield Answer(
                    f"{plan['endpoints'][name]['label']}: {words}", f"restricted_mean_{name}_{key}"
                )


def _tell(plan, rows, key):
    parts = [
        (
            row["rmst"],
            f"{findings.tell_number(row, ('rmst', 'lower', 'upper'))} months{findings.of_group(plan, key, row['group'])}",
        )
        for _, row in rows.iterrows()
    ]
    words = f"the mean time without the event within {rows['horizon'].iloc[0]:g} months was {findings.join_parts(parts)}"
    compared = rows[rows["difference"].notna()]
    # Two rows of three groups may be without the reference, which is of too few to be told
    groups = plan["restricted_mean"]["groupings"][key]["groups"]
    if len(groups) == len(rows) == 2 and len(compared) == 1:
        row = compared.iloc[0]
        words += f" (difference {findings.tell_number(row, DIFFERENCE)} months, {formats.state_p(row['p_value'])})"
    return f"{words}."
