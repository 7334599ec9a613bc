"""The one list of analyses, in the order of reading; an analysis is the folder of that name."""

from importlib import import_module, util

ORDER = (
    "main",
    "description",
    "follow_up",
    "scores",
    "agreement",
    "growth_patterns",
    "associations",
    "kaplan_meier",
    "restricted_mean",
    "recurrence",
    "conditional_survival",
    "cure",
    "disease_states",
    "repeat_resection",
    "cox",
    "nonproportional",
    "imputed_models",
    "sensitivity_models",
    "pattern_hazards",
    "subgroups",
    "adjusted_curves",
    "interactions",
    "performance",
    "reclassification",
    "added_value",
    "panel",
    "cutoffs",
    "discordance",
    "missing_components",
    "published",
    "published_curves",
    "combined",
    "conventions",
    "cross_check",
    "frozen_plan",
    "data_quality",
    "calculator",
)


def load(part):
    """Return {analysis: its module `part`} (plan, words or answers) of those that have one, in order."""
    names = {name: f"crlm.analyses.{name}.{part}" for name in ORDER}
    return {name: import_module(path) for name, path in names.items() if util.find_spec(path)}
