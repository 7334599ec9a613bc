"""Labels that a reader of a figure cannot tell apart."""


def check_labels(endpoints, groupings, variables, problems):
    """Add a problem for every two endpoints, groups, levels or variables with one label; case and spaces make no other one.

    endpoints, groupings, variables : as resolved, each name -> spec with ``label``. Groupings themselves may share a label,
    that of their variable: their groups tell them apart. So may an event and its date: no row of a table is of a date.
    """
    _compare("endpoints", {name: spec["label"] for name, spec in endpoints.items()}, problems)
    for name, spec in groupings.items():
        _compare(f"groupings.{name}", spec["group_labels"], problems, "group_labels")
    for name, spec in variables.items():
        shown = {level: spec["level_labels"].get(level, level) for level in spec["levels"]}
        _compare(f"variables.{name}", shown, problems, "level_labels")
    shown = {name: spec["label"] for name, spec in variables.items() if spec["kind"] != "date"}
    _compare("variables", shown, problems)


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
