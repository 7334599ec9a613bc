"""A Study for the plans of analyses."""

from crlm.plan.study import Study


def make_study(variables=None, **parts):
    """A Study of the given variables, with nothing else but `parts`."""
    empty = {
        "scores": {},
        "registry": {},
        "patterns": {},
        "facts": {},
        "recorded": {},
        "curve_files": [],
    }
    variables = variables or {}
    return Study(variables, variables, **{**empty, "blocks": None, "problems": [], **parts})
