"""What of the plan the reading of the cohort depends on: an edit of the rest does not read it again."""

VARIABLE = ("label", "kind", "unit", "levels", "level_labels", "timing", "formula", "plausible", "range")  # fmt: skip
ENDPOINT = ("label", "origin", "entry", "events", "competing", "censoring")
ENDPOINT += ("horizon_months", "plausible_median", "longest_months")
GROUPING = ("variables", "cuts", "groups", "group_labels")
SCORE = ("components", "proxies")
RECORDED = ("label", "levels", "recorded", "computable")
WHOLE = ("cohort", "sources", "dictionary", "blocks", "derivations", "consistency")


def select_ingested(plan):
    """Return the part of a completed plan that `leave_out` and `ingest_cohort` read, and `history`, the table of events."""
    return {
        **{key: plan[key] for key in WHOLE},
        "history": plan["disease_states"].get("history"),
        "endpoints": pick(plan["endpoints"], *ENDPOINT),
        "variables": pick(plan["variables"], *VARIABLE),
        "groupings": pick(plan["groupings"], *GROUPING),
        "scores": pick(plan["scores"], *SCORE),
        "growth_patterns": pick(
            {name: rule for name, rule in plan["growth_patterns"].items() if "recorded" in rule},
            *RECORDED,
        ),
    }


def pick(specs, *keys):
    """Some keys of every entry."""
    return {
        name: {key: value for key, value in spec.items() if key in keys}
        for name, spec in specs.items()
    }
