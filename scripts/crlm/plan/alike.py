"""Labels that a reader of a figure cannot tell apart."""


def check_labels(endpoints, groupings, variables, problems):
    """Add a problem where two endpoints, groups of a grouping or levels of a variable have one label, whatever its case.

    endpoints, groupings, variables : as resolved, by name. Groupings and variables themselves may share a label, as a number
    and its groups often do: what is made of them tells them apart.
    """
    _compare("endpoints", {name: spec["label"] for name, spec in endpoints.items()}, problems)
    for name, spec in groupings.items():
        _compare(f"groupings.{name}", spec["group_labels"], problems, "group_labels")
    for name, spec in variables.items():
        shown = {level: spec["level_labels"].get(level, level) for level in spec["levels"]}
        _compare(f"variables.{name}", shown, problems, "level_labels")


def as_compared(label):
    """A label as it is compared."""
    return " ".join(str(label).casefold().split())


def _compare(place, labels, problems, key="label"):
    """labels : name -> label."""
    names = {}
    for name, label in labels.items():
        names.setdefault(as_compared(label), []).append(name)
    for same in names.values():
        if len(same) > 1:
            said = " and ".join(f"'{name}'" for name in same)
            problems.append(
                f"{place}: {said} have one label, '{labels[same[0]]}', so that no figure or table tells them apart; "
                f"give them labels of their own (`{key}`)."
            )
