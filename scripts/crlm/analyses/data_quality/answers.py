"""What the checks of the data left standing."""

from crlm.plan import phrases


def list_limits(plan, results):
    """How many warnings there are."""
    findings = results["data_quality"]
    count = int((findings["severity"] == "warning").sum())
    if count:
        yield f"The checks of the data left {phrases.plural(count, 'warning')} standing (see Data quality)."
