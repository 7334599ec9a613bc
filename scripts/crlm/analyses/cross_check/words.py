"""The sentence on the numbers that were computed twice."""

from crlm.analyses.cross_check.answers import LARGEST
from crlm.display.sections import Section
from crlm.plan import phrases

OURS = "own", "recount", "score test"  # the names of what no library computed begin so


def tell(table):
    """How many numbers were computed twice, the largest difference, and those above the limit by name: a sentence or two.

    table: cross_check.csv.
    """
    both = table[table["difference"].notna()]
    if table.empty:
        return ""
    every = {each for by in {*table["by"], *table["second_by"]} for each in by.split(", ")}
    ours = {each for each in every if each.startswith(OURS)}
    libraries = phrases.join_words([*sorted(every - ours), *["own code"] * bool(ours)])
    words = f"{phrases.plural(len(both), 'number')} of this report were computed twice, by different implementations ({libraries})"
    if len(both):
        words += f"; the largest relative difference is {both['difference'].max():.0e}"
    named = [
        f"{_place(row)}: {row.value:g} ({row.by}) and {row.second_value:g} ({row.second_by})"
        for row in table[table["note"].notna()].itertuples()
    ]
    if named:
        words += f". Warning: these differ by more than {LARGEST:g}, or only one could be computed: {'; '.join(named)}"
    return f"{words}."


def _place(row):
    """Where a number stands; an association belongs to no endpoint."""
    return ", ".join(each for each in (row.endpoint, row.where, row.what) if isinstance(each, str))


def show_last(page):
    """The section of the numbers that were computed twice."""
    words = tell(page.results["cross_check"])
    blocks = [{"kind": "text", "paragraphs": [words]}] if words else []
    return [Section("cross-check", "Numbers computed twice", blocks)]


def list_uses(plan):
    """Which library computes a second time, where there is an endpoint without delayed entry."""
    if any(not spec.get("entry") for spec in plan["endpoints"].values()):
        yield "scikit-survival", "second computations"
