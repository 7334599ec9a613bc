"""Numbers that two implementations do not agree on."""

from crlm.plan import phrases

LARGEST = 1e-6  # a relative difference above it is named in the report


def list_limits(plan, results):
    """How many numbers differ, or could be computed only once."""
    table = results["cross_check"]
    count = int(table["note"].notna().sum())
    if count:
        yield f"{phrases.plural(count, 'number')} computed twice could not be confirmed (see Numbers computed twice)."
