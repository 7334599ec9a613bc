"""The report: one page that needs nothing else, built of sections with figures and tables."""

import re
from string import ascii_uppercase

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from crlm.analyses import order
from crlm.analyses.kaplan_meier.answers import AT_RISK
from crlm.analyses.kaplan_meier.numbers import format_survival
from crlm.display import cells, formats, privacy
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.report.page import Page

PAGE = "report.html.j2"


def build_report(plan, results, figures, tables, methods, software, templates):
    """Return the report as the text of one HTML page that needs no other file and no network.

    plan, results: as `tables.build_tables` takes them; tables, methods: what it and `methods.build_methods` return. figures:
    {name: text of the SVG} with the names of results/figures; one that is not there is left out. software: as
    `versions.list_software` gives it. templates: {file name: text} of workflow/report (report.html.j2, .css, .js) and of its
    captions (<kind>.rst).
    Raises ValueError for a figure or a table that has no place in the page.
    """
    captions = {name.removesuffix(".rst"): text for name, text in templates.items()}
    page = Page(plan, results, figures, tables, captions, find_findings(plan, results))
    main = [
        Section("results", "Results", sections=place_main(page)),
        _build_limits(plan, results),
    ]
    sections = [
        *place_supplement(page),
        Section("not-done", "Analyses not done", page.table("not_done")),
        _build_methods(methods),
        _build_references(plan, software),
    ]
    page.check()
    environment = Environment(
        loader=DictLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    least = plan["output"]["privacy"]["small_cells"]
    text = environment.get_template(PAGE).render(
        study=plan["study"],
        privacy=say_privacy(least),
        key_numbers=list_key_numbers(plan, results),
        answers=list_answers(page),
        main=[section for section in main if section],
        supplement=[section for section in sections if section],
        css=Markup(templates["report.css"]),
        js=Markup(templates["report.js"]),
    )
    return privacy.hide_words(text, least, "&lt;") if least else text


def place_main(page):
    """The sections of the main text, with their figures and tables placed."""
    return _collect("show_main", page)


def place_supplement(page):
    """The sections of the supplement; what stands in the main text is only referred to."""
    page.start_supplement()
    return [
        *_collect("show_study", page),
        *(_build_endpoint(page, name) for name in page.plan["endpoints"]),
        *_collect("show_last", page),
    ]


def list_answers(page):
    """The sentences of the first screen, each a dict with text and links to the figure and the table that it rests on."""
    answers = []
    for module in order.load("answers").values():
        for answer in getattr(module, "answer", lambda *_: ())(page.plan, page.results):
            text = formats.finish(answer.text)
            text = re.sub(r"\b([pP]) ([<=>]) ", "\\1\u00a0\\2\u00a0", text)  # stays on one line
            answers.append({"text": text, "links": page.find(answer.figure, answer.table)})
    return answers


def find_findings(plan, results):
    """{name of a figure: its main numbers in a sentence}, of the figures that an analysis can tell them of."""
    found = {}
    for module in order.load("answers").values():
        for function in ("answer", "describe_figures"):
            for each in getattr(module, function, lambda *_: ())(plan, results):
                found[each.figure] = formats.finish(each.text)
    for name, parts in plan["output"]["panels"].items():
        told = zip(ascii_uppercase, (found.get(part) for part in parts), strict=False)
        found[f"combined_{name}"] = " ".join(
            f"({letter}) {words}" for letter, words in told if words
        )
    return found


def list_limits(plan, results):
    """What the software itself has found that limits the results, in sentences."""
    limits = [
        limit
        for module in order.load("answers").values()
        for limit in getattr(module, "list_limits", lambda *_: ())(plan, results)
    ]
    none = "None of the checks of this software found one; that is no proof that there is none."
    return limits or [none]


def _build_limits(plan, results):
    items = [{"text": formats.finish(limit), "links": []} for limit in list_limits(plan, results)]
    return Section(
        "limitations", "Limitations found by the software", [{"kind": "bullets", "items": items}]
    )


def say_privacy(least):
    """What was hidden, in a line for the first page; empty when nothing is."""
    if not least:
        return ""
    return (
        f"Counts of patients or events below {least} are hidden, with those they would follow from; groups of so few have no "
        "estimates, histograms no bar of so few, and curves are drawn in whole weeks."
    )


def _collect(function, *args):
    """The sections that the analyses make by a function of that name, in their order."""
    found = [
        section
        for words in order.load("words").values()
        if hasattr(words, function)
        for section in getattr(words, function)(*args)
    ]
    return [_finish(section) for section in found if section]


def _finish(section):
    """The section with its paragraphs in the style of numbers in use."""
    for block in section.blocks:
        if block["kind"] == "text":
            block["paragraphs"] = [formats.finish(words) for words in block["paragraphs"]]
    section.sections = [_finish(each) for each in section.sections]
    return section


def _build_endpoint(page, name):
    endpoint = page.plan["endpoints"][name]
    sections = _collect("show_endpoint", page, name)
    short = endpoint["abbreviation"]
    return Section(f"endpoint-{name}", endpoint["label"], sections=sections, short=short)


def list_key_numbers(plan, results):
    """The numbers at the top of the page: dicts with label, value and detail."""
    attrition = results["attrition"]
    analysed = attrition.loc[attrition["endpoint"].isna(), "remaining"].iloc[-1]
    numbers = [{"label": "Patients", "value": formats.format_count(analysed), "detail": ""}]
    for name, endpoint in plan["endpoints"].items():
        result = results["endpoints"][name]
        summary, landmarks = result["summary"], result["landmarks"]
        whole = summary[summary["grouping"] == "overall"].iloc[0]
        least = max(AT_RISK, plan["output"]["privacy"]["small_cells"] or 0)
        times = landmarks[(landmarks["grouping"] == "overall") & landmarks["survival"].notna()]
        times = times[times["at_risk"] >= least]  # of fewer it is no headline
        details = [f"{formats.format_count(whole['events'])} events"]
        if len(times):
            last = times.iloc[-1]
            share = format_survival(last["survival"], last["lower"], last["upper"])
            details.append(f"{share} at {last['time']:g} months")
        middle = formats.format_median(
            *(whole[key] for key in ("median", "median_lower", "median_upper", "patients"))
        )
        numbers.append(
            {
                "label": f"{endpoint['label']}, median in months (95% CI)",
                "value": middle,
                "detail": formats.finish("; ".join(details)),
            }
        )
    return numbers


def _build_methods(parts):
    sections = [
        Section(f"methods-{place}", heading, [{"kind": "text", "paragraphs": paragraphs}])
        for place, (heading, paragraphs) in enumerate(parts, 1)
    ]
    return Section("methods", "Methods", sections=sections)


def _build_references(plan, software):
    """Citations of the data and of the scores computed, and the software."""
    items = [{"text": plan["study"]["citation"], "links": []}] if plan["study"]["citation"] else []
    for score in plan["scores"].values():
        if score["status"] != "computable":
            continue
        citation = score["citation"]
        text = f"{score['label']}: {citation['text']}"
        items.append({"text": text, "links": phrases.list_links(citation)})
    for words in order.load("words").values():
        items += getattr(words, "list_references", lambda _: [])(plan)
    sections = [
        Section("citations", "To be cited", [{"kind": "list", "items": items}] if items else []),
        Section("software", "Software", [_tabulate_software(software)] if software else []),
    ]
    return Section("references", "References and software", sections=[s for s in sections if s])


def _tabulate_software(software):
    rows = tuple(
        cells.Row((cells.text(name), cells.text(version), cells.text(what)))
        for name, (version, what) in software.items()
    )
    labels = ("Software", "Version", "Used for")
    columns = tuple(cells.Column(label, align="left") for label in labels)
    table = cells.DisplayTable("software", "Software used", columns, rows)
    return {"kind": "table", "table": table, "folded": "", "wide": False}
