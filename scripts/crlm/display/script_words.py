"""The words of a script of a page: what it marks with say`...`, in the language in use, when the page is built."""

import json
import re

from crlm.display import language
from crlm.display.templates import HOLE

MARK = "say`"
IN_SCRIPT = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def say_script(script):
    """A script with its marked words in the language in use, as plain texts; in English they are what the script says.

    The values of a text (`${...}`) keep their order. Raises ValueError where a language lost one.
    """
    said, end = [], 0
    for start, stop, words, values in find_marked(script):
        said += [script[end:start], _write(language.say(words), list(map(say_script, values)))]
        end = stop
    return "".join([*said, script[end:]])


def list_marked(script):
    """The marked words of a script, those within the values of others too."""
    return [
        each
        for _, _, words, values in find_marked(script)
        for each in (words, *(inner for value in values for inner in list_marked(value)))
    ]


def find_marked(script):
    """(start, end, words with {0}, {1} for their values, values) of every marked text that stands in no other."""
    place = script.find(MARK)
    while place >= 0:
        words, values, end = read_text(script, place + len(MARK))
        yield place, end, words, values
        place = script.find(MARK, end)


def read_text(script, place):
    """(words with {0}, {1} for their values, values, end) of a text of which the first sign stands at a place."""
    words, values = "", []
    while script[place] != "`":
        if script.startswith("${", place):
            end = _skip_value(script, place + 2)
            words += f"{{{len(values)}}}"
            values.append(script[place + 2 : end])
            place = end + 1
        else:
            words += script[place]
            place += 1
    return words, values, place + 1


def _skip_value(script, place):
    """The place of the bracket that closes a value; it may hold brackets, and texts with values of their own."""
    depth = 0
    while depth or script[place] != "}":
        if script[place] == "`":
            place = read_text(script, place + 1)[2] - 1
        elif script[place] == '"':
            place = script.index('"', place + 1)
        depth += {"{": 1, "}": -1}.get(script[place], 0)
        place += 1
    return place


def _write(words, values):
    if HOLE.findall(words) != [f"{{{place}}}" for place in range(len(values))]:
        raise ValueError(f"a translation does not keep the values of its message: {words}")
    if not values:
        return json.dumps(words, ensure_ascii=False).translate(IN_SCRIPT)
    text = re.sub(r"([`\\$])", r"\\\1", words).translate(IN_SCRIPT)
    return f"`{HOLE.sub(lambda hole: f'${{{values[int(hole[0][1:-1])]}}}', text)}`"
