"""The report, its tables and its documents in another language, where they leave the program (`display.language`)."""

import html
import json
import re
from dataclasses import replace

from crlm.display import keys, language

SKIPPED = re.compile(
    r'(<(?:style|script)\b.*?</(?:style|script)>|<ol class="references">.*?</ol>)', re.DOTALL
)
TEXT = re.compile(r">((?:[^<>]|<br>)*[^\W_](?:[^<>]|<br>)*)<")
WRITTEN = re.compile(r'(?<=textContent = )"([^"]+)"|(?<="aria-label", )"([^"]+)"')  # by report.js
BEFORE, SUPPLEMENT = '<dl class="key">', '<details class="supplement"'
SAID = re.compile(r'\b(aria-label|title)="([^"]*)"')


def translate_page(page):
    """The report in the language in use: texts, and what is read aloud; in English as it is. References stay as they are."""
    if not language.catalogue():
        return page
    page = page.replace('<html lang="en">', f'<html lang="{language.catalogue().code}">', 1)
    main, *supplement = page.partition(SUPPLEMENT)
    main, counts = _translate_part(main)
    supplement, further = _translate_part("".join(supplement))
    note = html.escape(language.say(tell_rest(*counts, *further)), quote=False)
    return (
        main.replace(BEFORE, f'<p class="privacy" role="note">{note}</p>\n{BEFORE}', 1) + supplement
    )


def translate_alone(page):
    """A page that stands alone (of the scores, of one patient) in the language in use, with how much of it, and of what was said
    for it before, is not translated; in English as it is."""
    catalogue = language.catalogue()
    if not catalogue:
        return page
    page = _translate_texts(page)
    missed, asked = len(catalogue.missed), len(catalogue.asked)
    note = f"Translated from the English page; not translated are {missed} of {asked} sentences and labels."
    note = html.escape(language.say(note), quote=False)
    page = page.replace('<html lang="en">', f'<html lang="{catalogue.code}">', 1)
    return page.replace("</h1>", f"</h1>\n<p>{note}</p>", 1)


def _translate_part(page):
    """The part of a page, and how many of its sentences and labels are not translated, of how many."""
    catalogue = language.catalogue()
    catalogue.asked, catalogue.missed = set(), set()
    page = _translate_texts(page)
    return page, (len(catalogue.missed), len(catalogue.asked))


def _translate_texts(page):
    pieces = SKIPPED.split(page)
    pieces[::2] = [SAID.sub(_say_attribute, TEXT.sub(_say_text, piece)) for piece in pieces[::2]]
    pieces[1::2] = [WRITTEN.sub(_say_written, piece) for piece in pieces[1::2]]
    return "".join(pieces)


def tell_rest(main, of_main, rest, of_rest):
    """What is not translated, in words."""
    return (
        f"Translated from the English report; not translated are {main} of {of_main} sentences and labels of the main text and "
        f"{rest} of {of_rest} of the supplement. Labels of the analysis plan stand as they are written there."
    )


def _say_text(found):
    words = html.unescape(found[1].replace("<br>", "\n"))
    said = html.escape(_say_lines(words), quote=False)
    return f">{said.replace(chr(10), '<br>') if '<br>' in found[1] else said}<"


def _say_attribute(found):
    return f'{found[1]}="{html.escape(language.say(html.unescape(found[2])))}"'


def _say_written(found):
    return json.dumps(language.say(json.loads(found[0])))


def _say_lines(words):
    """Words with the white space around them."""
    body = words.strip()
    return words.replace(body, language.say(body), 1)


def translate_tables(tables):
    """DisplayTables in the language in use; in English as they are."""
    return list(map(translate_table, tables)) if language.catalogue() else tables


def translate_table(table):
    """A DisplayTable with its title, headings, cells of words and notes in the language in use."""
    say = language.say
    rows = [
        replace(
            row,
            cells=tuple(
                replace(c, text=say(c.text), values=_say_values(c.values)) for c in row.cells
            ),
        )
        for row in table.rows
    ]
    columns = [
        replace(c, label=say(c.label), over=say(c.over), parts=tuple(map(say, c.parts)))
        for c in table.columns
    ]
    return replace(
        table,
        title=say(table.title),
        short=say(table.short),
        columns=tuple(columns),
        rows=tuple(rows),
        notes=tuple(map(say, table.notes)),
    )


def _say_values(values):
    return tuple(language.say(value) if isinstance(value, str) else value for value in values)


def translate_methods(methods):
    """Headings and paragraphs in the language in use."""
    say = language.say
    return [(say(heading), list(map(say, paragraphs))) for heading, paragraphs in methods]


def translate_parts(parts):
    """The parts of the manuscript (`parts.collect_parts`) in the language in use; in English as they are. References stay."""
    if not language.catalogue():
        return parts
    say = language.say
    return {
        **parts,
        "summary": say(parts["summary"]),
        "frozen": say(parts["frozen"]),
        "known": translate_known(parts["known"]),
        "answers": [(name, translate_answer(answer)) for name, answer in parts["answers"]],
        "sections": [
            replace(section, title=say(section.title), blocks=list(map(_say_block, section.blocks)))
            for section in parts["sections"]
        ],
        "methods": translate_methods(parts["methods"]),
        "main_headings": list(map(say, parts["main_headings"])),
        "limits": list(map(say, parts["limits"])),
        "supplement": [(kind, number, say(title)) for kind, number, title in parts["supplement"]],
    }


def translate_answer(answer):
    """A sentence whose numbers keep their keys."""
    marked = "".join(keys.mark(text, key) if key else text for text, key in answer.pieces)
    return replace(answer, text=language.say(marked), pieces=[])


def _say_block(block):
    said = {key: language.say(block[key]) for key in ("title", "caption") if key in block}
    return {
        **block,
        **said,
        **({"table": translate_table(block["table"])} if "table" in block else {}),
    }


def translate_known(known):
    """{key: words}, such as abbreviations and what they stand for, with the words in the language in use."""
    return {short: language.say(words) for short, words in known.items()}
