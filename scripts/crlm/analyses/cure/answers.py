"""Where follow-up may be too short for the cured share that is reported."""

from crlm.analyses.cure.words import warn


def list_limits(plan, results):
    """A sentence per endpoint with groups in which the cured may not be told from the others."""
    for name in plan["cure"].get("endpoints", []):
        cured = results["cure"]
        words = warn(cured[cured["endpoint"] == name], plan["cure"]["groupings"])
        if words:
            yield f"{plan['endpoints'][name]['label']}: {words[0].lower()}{words[1:]}"
