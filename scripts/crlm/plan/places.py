"""Where in the file of the plan a problem stands: its line, before the words that name its key."""

import re

import yaml

PLACE = re.compile(r"(?P<place>the plan|[^\s:]+): (?:there is no key '(?P<key>[^']*)')?")


def add_lines(problems, text):
    """Return the problems of a plan (sentences `place.of.key: what`), each with the line of the file's text where the deepest
    key of its place stands; one whose place is not in the file, as it is."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    return [_add_line(problem, root) for problem in problems]


def _add_line(problem, root):
    found = PLACE.match(problem)
    if not found:
        return problem
    keys = [] if found["place"] == "the plan" else found["place"].split(".")
    line = _find_line(root, [*keys, *([found["key"]] if found["key"] else [])])
    return f"line {line}: {problem}" if line else problem


def _find_line(node, keys):
    """The line of the deepest key of a path that stands below a node; None where not even the first does."""
    line = None
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            inner = {name.value: (name, item) for name, item in node.value}
        elif isinstance(node, yaml.SequenceNode):
            inner = {str(place): (item, item) for place, item in enumerate(node.value)}
        else:
            inner = {}
        if key not in inner:
            break
        name, node = inner[key]
        line = name.start_mark.line + 1
    return line
