"""Check a plan against its schema, in words, and fill in the defaults."""

import copy
import difflib
import math

BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "above",
    "exclusiveMaximum": "below",
}
TYPES = {
    "object": "a block of lines `key: value`",
    "array": "a list such as [a, b]",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing",
}


class PlanError(ValueError):
    """The analysis plan cannot be carried out; the message lists every reason."""

    def __init__(self, problems):
        self.problems = list(problems)
        lines = "\n".join(f"  {number}. {text}" for number, text in enumerate(self.problems, 1))
        many = "" if len(self.problems) == 1 else "s"
        super().__init__(f"the analysis plan has {len(self.problems)} problem{many}:\n{lines}")


ALIKE = 0.85  # letters in common of a name that may be another variable's


def nearest(word, known):
    """Return ``" Did you mean 'x'?"`` for the known word nearest to `word`, whatever its case, or an empty text."""
    name = _find_nearest(word, known)
    return "" if name is None else f" Did you mean '{name}'?"


def _find_nearest(word, known, alike=0.6):
    words = {}
    for name in map(str, known):
        words.setdefault(name.lower(), name)
    found = difflib.get_close_matches(str(word).lower(), words, 1, alike)
    return words[found[0]] if found else None


def _list_misspelt(error):
    """The known keys that the unknown ones of a block stand for: told with these, they are not missing as well."""
    if error.schema.get("additionalProperties") is not False:
        return set()  # any key may stand there, and none is told
    known = error.schema.get("properties", {})
    return {_find_nearest(key, known) for key in error.instance if key not in known}


def tell_turned(level, values, levels):
    """Return what to say where a level stands on the left and the code of the file on the right; empty elsewhere."""
    turned = [code for code, meant in values.items() if meant == level and code in levels]
    return f" The code of the file stands on the left: `{level}: {turned[0]}`." if turned else ""


def check_schema(document, schema):
    """Return the problems of a document as a list of sentences, in the document's order."""
    return _check(document, schema)[0]


def cut_faults(document, schema):
    """Return the problems of a document, the document without whatever they touch, and the places taken out (tuples of keys).

    What lacks a required key goes as a whole; None in place of the document when that is everything.
    """
    problems, faults = _check(document, schema)
    cut = []
    while faults:
        cut += faults
        if () in faults:
            return problems, None, cut
        for place in sorted(faults, key=len, reverse=True):
            document = _without(document, place)
        faults = _check(*_narrow(document, schema, faults))[1]
    return problems, document, cut


def _narrow(document, schema, faults):
    """The parts of a document from which something was taken out, and the schema of these: what was right stays right.

    Where a part that must be there is gone it is the whole document.
    """
    parts = {place[0] for place in faults}
    if set(schema.get("required", [])) - set(map(str, document)):
        return document, schema
    touched = {key: value for key, value in document.items() if str(key) in parts}
    return touched, {key: rule for key, rule in schema.items() if key != "required"}


def _check(document, schema):
    """The problems of a document and the places where they are."""
    document = _string_keys(document)
    from jsonschema import Draft202012Validator  # a third of a second, and no job checks a plan

    errors = list(Draft202012Validator(schema).iter_errors(document))
    odd = list(_odd_numbers(document))
    texts = [text for error in errors for text in _describe(error)]
    texts += [f"{'.'.join(place)}: {value} is not a number." for place, value in odd]
    faults = dict.fromkeys(place for error in errors for place in _locate(error))
    faults |= dict.fromkeys(place for place, _ in odd)
    return list(dict.fromkeys(texts)), list(
        faults
    )  # each of two missing keys is an error that names both


def _locate(error):
    place = tuple(map(str, error.absolute_path))
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        return [(*place, key) for key in error.instance if key not in known]
    named = "propertyNames" in error.absolute_schema_path and isinstance(error.instance, str)
    return [(*place, error.instance) if named else place]


def _without(value, place):
    """A copy of nested dicts and lists without one place; the same where the place is gone already."""
    first, *rest = place
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if str(k) != first or rest}
        return {k: _without(v, rest) if str(k) == first else v for k, v in kept.items()}
    if isinstance(value, list):
        kept = [v for k, v in enumerate(value) if str(k) != first or rest]
        return [_without(v, rest) if rest and str(k) == first else v for k, v in enumerate(kept)]
    return value


def fill_defaults(document, schema, root=None):
    """Return a copy of the document with the schema's defaults for every key that is not there."""
    root = root or schema
    if "$ref" in schema:
        schema = follow(schema["$ref"], root)
    if not isinstance(document, dict):
        return document
    filled = dict(document)
    for key, rule in schema.get("properties", {}).items():
        if key not in filled and "default" in rule:
            filled[key] = copy.deepcopy(rule["default"])
        if key in filled:
            filled[key] = fill_defaults(filled[key], rule, root)
    others = schema.get("additionalProperties")
    if isinstance(others, dict):
        for key in set(filled) - set(schema.get("properties", {})):
            filled[key] = fill_defaults(filled[key], others, root)
    return filled


def follow(reference, root):
    """Return the rule of the schema that a reference such as ``#/$defs/name`` names."""
    rule = root
    for key in reference.removeprefix("#/").split("/"):
        rule = rule[key]
    return rule


def _odd_numbers(value, place=()):
    """YAML's .nan and .inf are numbers to the validator."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from _odd_numbers(item, (*place, str(key)))
    elif isinstance(value, float) and not math.isfinite(value):
        yield place, value


def _string_keys(value):
    """JSON knows only text keys; YAML also has numbers (codes) and true/false (no, yes)."""
    if isinstance(value, dict):
        return {str(key): _string_keys(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_string_keys(item) for item in value]
    return value


def _describe(error):
    """Sentences for one error of the validator: where, what, and the remedy."""
    place = ".".join(str(part) for part in error.absolute_path) or "the plan"
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        for key in error.instance:
            if key not in known:
                hint = nearest(key, known) or f" Known keys: {', '.join(known)}."
                yield f"{place}: there is no key '{key}'.{hint}"
    elif error.validator == "required":
        misspelt = _list_misspelt(error)
        for key in error.validator_value:
            if key in error.instance or key in misspelt:
                continue
            free = set(error.instance) - set(error.schema.get("properties", {}))
            alike = _find_nearest(key, sorted(free, key=str), ALIKE)  # of a name that may be any
            if alike:
                yield f"{place}: the key '{key}' is missing; is it '{alike}' that stands there?"
            else:
                yield f"{place}: the key '{key}' is missing."
    elif error.validator == "enum":
        known = [each for each in error.validator_value if each is not None]
        hint = nearest(error.instance, known)
        yield f"{place}: '{error.instance}' is not one of {', '.join(map(str, known))}.{hint}"
    elif error.validator in ("oneOf", "anyOf") and error.context:
        branches = [item for item in error.context if _concerns(item, error.instance)]
        texts = dict.fromkeys(
            text for item in branches or error.context for text in _describe(item)
        )
        if all(item.validator == "required" for item in error.context):
            if _list_misspelt(error) & {k for item in error.context for k in item.validator_value}:
                return
            choices = " or ".join(", ".join(item.validator_value) for item in error.context)
            yield f"{place}: give {choices}."
        else:
            yield from texts
    elif error.validator == "oneOf":
        yield f"{place}: more than one of the alternatives is given; keep one."
    elif error.validator == "type":
        wanted = error.validator_value
        words = [TYPES[name] for name in (wanted if isinstance(wanted, list) else [wanted])]
        if error.instance is None:
            yield f"{place}: nothing stands behind the colon; give {' or '.join(words)}, or take the key out."
        else:
            bare = isinstance(error.instance, bool) and "string" in wanted
            quotes = " Put the text that stands in the file in quotes." if bare else ""
            yield f"{place}: {error.instance!r} should be {' or '.join(words)}.{quotes}"
    elif error.validator == "pattern":
        yield (
            f"{place}: '{error.instance}' does not have the form asked for "
            f"({error.schema.get('description', error.validator_value)})."
        )
    elif error.validator in BOUNDS:
        bound = f"{BOUNDS[error.validator]} {error.validator_value:g}"
        yield f"{place}: {error.instance:g} should be {bound}."
    elif error.validator == "uniqueItems":
        twice = [item for item in error.instance if error.instance.count(item) > 1]
        yield f"{place}: {twice[0]} stands there twice; keep one."
    elif error.validator == "not":
        yield f"{place}: {error.instance!r} is not allowed here."
    else:
        yield f"{place}: {error.message}."


def _concerns(error, instance):
    """Whether an error of one alternative speaks of the form that the user chose."""
    return not (error.validator == "type" and not error.relative_path and instance is not None)
