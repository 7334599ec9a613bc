"""The cured shares that the figures show, and where follow-up may be too short for them."""

from crlm.analyses.cure.words import warn
from crlm.display import findings, formats
from crlm.display.sections import Answer

SHARE = ("cured", "lower", "upper")


def list_limits(plan, results):
    """A sentence per endpoint with groups in which the cured may not be told from the others."""
    for name in plan["cure"].get("endpoints", []):
        cured = results["cure"]
        words = warn(cured[cured["endpoint"] == name], plan["cure"]["groupings"])
        if words:
            yield f"{plan['endpoints'][name]['label']}: {words[0].lower()}{words[1:]}"


def describe_figures(plan, results):
    """The cured share of every group, how its follow-up is judged, and the test of equal shares."""
    for name in plan["cure"].get("endpoints", []):
        table = findings.keep_known(results["cure"], "cured", plan)
        for key in plan["cure"]["groupings"]:
            rows = table[(table["endpoint"] == name) & (table["grouping"] == key)]
            if rows.empty:
                continue
            parts = [
                (
                    row["cured"],
                    f"{findings.tell_share(row, SHARE)}{findings.of_group(plan, key, row['group'])}{_judge(row)}",
                )
                for _, row in rows.iterrows()
            ]
            words = f"{plan['endpoints'][name]['label']}: the share that the model takes as cured was {findings.join_parts(parts)}"
            tests = results["cure_tests"]
            tests = tests[
                (tests["endpoint"] == name) & (tests["grouping"] == key) & tests["p_value"].notna()
            ]
            if len(tests):
                words += (
                    f"; the same share in all groups, {formats.state_p(tests['p_value'].iloc[0])}"
                )
            yield Answer(f"{words}.", f"cure_{name}_{key}")


def _judge(row):
    """How long the follow-up is held to be; nothing where it is not judged."""
    return "" if formats.is_missing(row["follow_up"]) else f" (follow-up {row['follow_up']})"
