"""Hazard ratios of growth patterns as a forest: the cohort's own above each published one."""

import numpy as np

from crlm.analyses.pattern_hazards.tables import name_groups
from crlm.display import formats, style
from crlm.display.forest import draw_forest, make_row
from crlm.plan.phrases import tell_evidence

HEADS = {"counts": ("Events/", "patients"), "ratio": ("HR (95% CI)",)}
NOTE = "Squares: this cohort, unadjusted; diamonds: published."


@style.styled
def plot_hazards(hazards, contrasts, endpoint, synthetic=False):
    """Figure with three rows per contrast: the two groups, the cohort's ratio, the published one.

    hazards: pattern_hazards/{endpoint}.csv; contrasts: of the plan, in the order of its rows; endpoint: its spec.
    """
    rows = []
    for block, (row, contrast) in enumerate(zip(hazards.itertuples(), contrasts, strict=True)):
        own = (row.hazard_ratio, row.lower, row.upper)
        published = (row.published, row.published_lower, row.published_upper)
        source = f"{row.source} ({tell_evidence(row.evidence)})"
        sizes = {"counts": f"{row.events}/{row.patients}"}
        rows += [
            make_row(f"{contrast['label']}: {name_groups(contrast)}", block=block),
            make_row("This cohort", 1, block, **sizes, **_show(own)),
            make_row(source, 1, block, **_show(published), marker="D", colour=style.INK),
        ]
    title = f"{endpoint['label']}: growth patterns, hazard ratios of this cohort and published ones"
    return draw_forest(rows, title, [], [NOTE], HEADS, synthetic)


def _show(limits):
    """Ratio and limits of an estimate."""
    if formats.is_missing(limits[0]):
        return {"ratio": "not estimable"}
    estimate, _, interval = formats.format_interval(*limits, formats.format_ratio).partition(" ")
    return {"ratio": (estimate, interval), "limits": tuple(np.array(limits, float))}
