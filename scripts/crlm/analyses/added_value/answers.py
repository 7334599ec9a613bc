"""What the figures of added value show."""

from crlm.display import findings, formats
from crlm.display.sections import Answer


def describe_figures(plan, results):
    """The test of what is added, and the difference of Harrell's C corrected for optimism."""
    for name, endpoint in plan["endpoints"].items():
        for key, addition in plan["added_value"].get("additions", {}).items():
            table = results["endpoints"][name]["added_value"]
            mine = findings.keep_known(
                table[table["addition"] == key], "difference", plan
            ).set_index("measure")
            if "lr_test" not in mine.index:
                continue
            test = mine.loc["lr_test"]
            words = (
                f"{endpoint['label']}: {addition['label']} added to {plan['added_value']['base']['label']}, likelihood-ratio test, "
                f"{formats.state_p(test['p_value'])}"
            )
            if "harrell_c" in mine.index:
                row = mine.loc["harrell_c"]
                names = ("corrected", "corrected_lower", "corrected_upper")
                names = (
                    names
                    if not formats.is_missing(row["corrected"])
                    else ("difference", "lower", "upper")
                )
                what = " corrected for optimism" if names[0] == "corrected" else ""
                words += (
                    f"; Harrell's C extended minus base {findings.tell_number(row, names, 3)}{what}"
                )
            yield Answer(f"{words}.", f"added_value_{name}_{key}")
