"""Words of the data quality: what is missing, and what the checks found."""

from crlm.analyses.data_quality.tables import tabulate_findings, tabulate_missingness
from crlm.display.sections import Section


def tabulate_last(plan, results):
    """Missing values and findings, after all else."""
    yield tabulate_missingness(results["missingness"], plan["variables"])
    yield tabulate_findings(results["data_quality"])


def show_last(page):
    """The section of data quality."""
    blocks = [
        *page.figure("missingness_cohort", "Missing values", "missingness"),
        *page.table("missingness", "Missing values as a table"),
        *page.table("data_quality"),
    ]
    if not len(page.results["data_quality"]):
        blocks.append({"kind": "text", "paragraphs": ["The checks of the data found nothing."]})
    return [Section("data-quality", "Data quality", blocks)]
