"""What the manuscript and the checklists are made of: sentences, sections, figures, tables, methods, references of a run."""

from dataclasses import replace

from crlm.analyses import order
from crlm.analyses.frozen_plan.words import tell_frozen
from crlm.display import abbreviations, privacy
from crlm.report import build, manuscript, methods, references, tables, versions
from crlm.report.page import Page

BLANK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9pt"/>'  # for its place only
)


def collect_parts(plan, results, numbers, pictures, captions, known):
    """Return the parts of the manuscript as a dict; see `manuscript.write_manuscript`.

    plan, results: as `tables.build_tables` takes them; numbers: {key: text}; pictures: {name of a figure: its PNG or None};
    captions: {kind of figure: text}; known: {software: citation}.
    """
    shown, software = tables.build_tables(plan, results), versions.list_software(plan)
    page = Page(plan, results, dict.fromkeys(pictures, BLANK), shown, captions)
    sections = [_name_blocks(section) for section in build.place_main(page)]
    main = {block["name"] for section in sections for block in section.blocks}
    supplement = build.place_supplement(page)
    told = methods.build_methods(plan, results, software, keyed=True)
    cited = references.list_citations(plan, software, known)
    least = plan["output"]["privacy"]["small_cells"]

    def hide(words):
        return privacy.hide_words(words, least) if least else words

    return {
        "study": plan["study"],
        "manuscript": plan["manuscript"],
        "small_cells": least,
        "numbers": numbers,
        "summary": hide(manuscript.tell_summary(plan, plan["main"]["endpoints"])),
        "frozen": tell_frozen(plan["frozen_plan"]) if plan["frozen_plan"] else "",
        "known": abbreviations.list_known(plan),
        "shown": {table.name: table for table in shown},
        "answers": [
            (name, answer)
            for name, module in order.load("answers").items()
            for answer in getattr(module, "answer", lambda *_: ())(plan, results)
        ],
        "sections": [_hide_captions(section, hide) for section in sections],
        "figures": page.placed,
        "tables": {table.name: table.number for table in shown},
        "titles": [(block["name"], block["title"]) for block in _list_figures(supplement)],
        "methods": told,
        "main_headings": methods.list_main_headings(plan, results),
        "limits": [hide(words) for words in build.list_limits(plan, results)],
        "references": cited,
        "scores": _cite_scores(plan, cited),
        "pictures": pictures,
        "supplement": [
            *(("Table", each.number, each.title) for each in shown if each.name not in main),
            *(("Figure", each["number"], each["title"]) for each in _list_figures(supplement)),
        ],
    }


def _cite_scores(plan, cited):
    """The scores in use, each with the number of its reference."""
    numbers = {what: place for place, each in enumerate(cited, 1) for what in each["what"]}
    labels = [plan["scores"][name]["label"] for name in plan["scores_used"]]
    return [f"{label} [{numbers[label]}]" if label in numbers else label for label in labels]


def _name_blocks(section):
    """A section with the name of its table in every block of one, and the blocks of the sections below it among its own."""
    blocks = [block for each in [section, *section.sections] for block in each.blocks]
    kept = [block for block in blocks if block["kind"] in ("figure", "table")]
    named = [{**each, "name": each["table"].name} if "table" in each else each for each in kept]
    return replace(section, blocks=named, sections=[])


def _hide_captions(section, hide):
    blocks = [
        {**block, "caption": hide(block["caption"])} if block["kind"] == "figure" else block
        for block in section.blocks
    ]
    return replace(section, blocks=blocks)


def _list_figures(sections):
    """The blocks of figures in sections and those below them, in order."""
    for section in filter(None, sections):
        yield from (block for block in section.blocks if block["kind"] == "figure")
        yield from _list_figures(section.sections)
