"""Read the plan as it was written: YAML would take 0012 for ten, no for false, and the last of two equal keys without a word."""

from typing import NamedTuple

import yaml

from crlm.plan.schema import PlanError, follow

LARGEST = 1_000_000  # characters; a plan that names 10,000 patients has a tenth of it
DEEPEST = 40
MOST = 100_000  # values, once every alias (*name) is written out
PREFIX = "tag:yaml.org,2002:"
CORE = {PREFIX + name for name in ("str", "int", "float", "bool", "null", "timestamp")}
HINT = (
    "Indent with spaces, never with tabs; put a text with `:`, `#` or `%` between quotes; "
    "close every bracket and quote."
)


class Written(NamedTuple):
    """A value that stands in a file without quotes, and the text that stands there."""

    value: object
    text: str


def read_written(text):
    """Return the document with every bare number, date, yes and no as `Written` (keys too).

    Raises PlanError for what is not YAML, for keys that stand twice, and for a document that never ends by its aliases.
    """
    if len(text) > LARGEST:
        raise PlanError([f"it has {len(text):,} characters; is this the file of the data?"])
    try:
        _check_depth(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem
        if "end of stream" in problem and "quoted" in (error.context or ""):
            mark, problem = (
                error.context_mark,
                "the quotation mark that stands here is never closed",
            )
        where = f"line {mark.line + 1}, column {mark.column + 1}"
        raise PlanError([f"{where}: {problem}. {HINT}"]) from None
    except yaml.YAMLError as error:
        raise PlanError([f"it is not a text that YAML can be read from ({error})."]) from None
    if root is None:
        return {}
    if _count(root, {}) > MOST:
        raise PlanError(
            ["its anchors (&) and aliases (*) repeat one another without end; write them out."]
        )
    problems = []
    document = _build(root, "", problems)
    if problems:
        raise PlanError(problems)
    return document


def as_read(value):
    """Return a written document as YAML reads it."""
    if isinstance(value, dict):
        return {as_read(key): as_read(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_read(item) for item in value]
    return value.value if isinstance(value, Written) else value


def restore(config, written):
    """Return a config with the written form of every key and value that is as YAML reads it in `written`."""
    if isinstance(config, dict) and isinstance(written, dict):
        known = {as_read(key): (key, item) for key, item in written.items()}
        pairs = [(*known.get(key, (key, None)), item) for key, item in config.items()]
        return {key: restore(item, other) for key, other, item in pairs}
    if isinstance(config, list) and isinstance(written, list) and len(config) == len(written):
        return [restore(item, other) for item, other in zip(config, written, strict=True)]
    same = isinstance(written, Written) and type(written.value) is type(config)
    return written if same and written.value == config else config


def lay_over(below, above):
    """Return one written document over another, as Snakemake does with config files."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    keys = {as_read(key): key for key in below}
    merged = dict(below)
    for key, item in above.items():
        old = keys.get(as_read(key))
        merged[key] = lay_over(merged.pop(old), item) if old is not None else item
    return merged


def settle(value, schema, root=None):
    """Return a written document with plain values: the text as written where the schema has a text, else the value.

    A number that YAML reads as another than it seems (0012, 12:30) is always its text.
    """
    root = root or schema
    wanted = _follow(schema, root)
    if isinstance(value, dict):
        branch = next((each for each in wanted if "object" in _types(each)), wanted[0])
        names = branch.get("propertyNames", {})
        known, others = branch.get("properties", {}), branch.get("additionalProperties", {})
        settled = {}
        for key, item in value.items():
            key = _settle_key(key, names)
            inner = known.get(key, others if isinstance(others, dict) else {})
            settled[key] = settle(item, inner, root)
        return settled
    if isinstance(value, list):
        branch = next((each for each in wanted if "array" in _types(each)), wanted[0])
        return [settle(item, branch.get("items", {}), root) for item in value]
    if isinstance(value, Written):
        return _settle_scalar(value, wanted)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _settle_key(key, names):
    if not isinstance(key, Written):
        return key
    # Levels are keys of labels: a bare yes is the level whatever its spelling, unless the schema has names or codes here
    return key.value if isinstance(key.value, bool) and "$ref" not in names else key.text


def _settle_scalar(scalar, wanted):
    value, text = scalar
    if any(each.get("$ref") == "#/$defs/written" for each in wanted):
        return text or None
    if hasattr(value, "isoformat") or _is_odd(scalar):
        return text
    types = {name for each in wanted for name in _types(each)}
    if value is None or "string" not in types or types & _NAMES.get(type(value), set()):
        return value
    return text


_NAMES = {bool: {"boolean"}, int: {"integer", "number"}, float: {"number"}}


def _is_odd(scalar):
    """Whether a whole number is another than its digits say: octal 0012, sexagesimal 12:30."""
    plain = scalar.text.lstrip("+-")
    zeros = len(plain) > 1 and plain[0] == "0" and plain[1].isdigit()
    return type(scalar.value) in (int, float) and (
        ":" in plain or (zeros and type(scalar.value) is int)
    )


def _follow(schema, root):
    """The schema and its alternatives, references followed; a reference stays named."""
    if "$ref" in schema:
        target = follow(schema["$ref"], root)
        return [{**each, **schema} for each in _follow(target, root)]
    branches = [branch for key in ("oneOf", "anyOf") for branch in schema.get(key, [])]
    typed = [branch for branch in branches if "type" in branch or "$ref" in branch]
    return [each for branch in typed for each in _follow(branch, root)] or [schema]


def _types(schema):
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else types


def _check_depth(text):
    """A document of ten thousand brackets would exhaust the reader."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            line = event.start_mark.line + 1
            raise PlanError(
                [f"line {line}: {depth} brackets within one another; no plan needs so many."]
            )


def _count(node, sizes):
    """The values of a node with its aliases written out; without end when it holds itself."""
    if id(node) not in sizes:
        sizes[id(node)] = float("inf")
        size = 1
        if isinstance(node, yaml.MappingNode):
            size += sum(_count(key, sizes) + _count(item, sizes) for key, item in node.value)
        elif isinstance(node, yaml.SequenceNode):
            size += sum(_count(item, sizes) for item in node.value)
        sizes[id(node)] = size
    return sizes[id(node)]


def _build(node, place, problems):
    if isinstance(node, yaml.ScalarNode):
        return _build_scalar(node, problems)
    if node.tag not in (PREFIX + "map", PREFIX + "seq"):
        line = node.start_mark.line + 1
        problems.append(f"line {line}: a plan has no tags such as `{node.tag}`; take it out.")
        return None
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, f"{place}[]", problems) for item in node.value]
    built, lines, merged = {}, {}, {}
    for key_node, item in node.value:
        line = key_node.start_mark.line + 1
        if key_node.tag == PREFIX + "merge":
            parts = item.value if isinstance(item, yaml.SequenceNode) else [item]
            for part in reversed(parts):
                found = _build(part, place, problems)
                merged |= found if isinstance(found, dict) else {}
            continue
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(f"line {line}: a list or a block cannot be a key.")
            continue
        key = _build_scalar(key_node, problems)
        name, plain = key_node.value, as_read(key)
        within = f" in `{place}`" if place else ""
        value = _build(item, f"{place}.{name}" if place else name, problems)
        if plain in lines:
            first, before = lines[plain]
            alike = (
                ""
                if before == name
                else f" ('{before}' and '{name}' are one key to YAML: put them in quotes)"
            )
            problems.append(
                f"lines {first} and {line}: the key '{name}' stands there twice{within}{alike}. Only the last would "
                "count: keep one, with everything that belongs to it."
            )
            continue
        lines[plain] = line, name
        built[key] = value
    own = {as_read(key) for key in built}
    return {key: item for key, item in merged.items() if as_read(key) not in own} | built


def _build_scalar(node, problems):
    """The text of a scalar in quotes; `Written` for what YAML reads as something else than a text."""
    line = node.start_mark.line + 1
    if node.tag == PREFIX + "str":
        return node.value
    if node.tag not in CORE:
        problems.append(f"line {line}: YAML cannot read `{node.value}` here; put it in quotes.")
        return node.value
    try:
        return Written(yaml.SafeLoader("").construct_object(node), node.value)
    except (ValueError, yaml.YAMLError):
        kind = node.tag.removeprefix(PREFIX).replace("timestamp", "date")
        problems.append(
            f"line {line}: '{node.value}' looks like {'an' if kind == 'int' else 'a'} {kind} and is none; "
            "correct it, or put it in quotes."
        )
        return node.value
