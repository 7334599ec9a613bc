"""Reporting checklists filled from the run: where each item is answered, and what is for the authors."""

from fnmatch import fnmatch

from crlm.display import cells
from crlm.display.word_fields import mark_page, name_bookmark
from crlm.plan import phrases

SERIES = "C"  # of their numbers beside the manuscript's own tables
MOST = 3  # tables or figures named for one item
PARTS = {"abstract": "Abstract", "limitations": "Discussion, Limitations"}
# bookmarks of the manuscript beside those of its tables and figures
ABSTRACT, RESULTS, LIMITATIONS, TITLE = "abstract", "results", "limitations", "title_page"
MARKS = {"abstract": ABSTRACT, "limitations": LIMITATIONS}


def name_methods(place):
    """The bookmark of a heading of the methods by its place among all of them, from 0."""
    return f"methods_{place}"


def build_checklists(checklists, parts, marked=()):
    """Return a DisplayTable per checklist, in order.

    checklists: {name: dict} of workflow/report/checklists.yaml; parts: as `parts.collect_parts` gives them; marked: the bookmarks
    of the document in which the tables will stand, whose pages are then named too (`word_fields.fill_pages`).
    """
    columns = tuple(
        cells.Column(label, align="left")
        for label in ("Item", "What is asked for", "Where in the manuscript", "For the author")
    )
    return [
        cells.DisplayTable(
            name,
            f"{each['label']}: {phrases.lower_first(each['title'])}",
            columns,
            tuple(_fill(item, parts, marked) for item in each["items"]),
            tuple(_list_notes(each, parts)),
            each["label"],
            f"{SERIES * bool(marked)}{place}",
        )
        for place, (name, each) in enumerate(checklists.items(), 1)
    ]


def _fill(item, parts, marked):
    """A row: `where` names what is there in this run; what nothing answers is for the author, and says so."""
    found = find_marks(item.get("where", ()), parts)
    author = phrases.capitalise(item.get("author", ""))
    if not found and not author:
        author = "Not in this run: the analysis plan does not ask for it, or the cohort leaves nothing of it. Say why"
    places = "; ".join(_name_page(words, marks, marked) for words, marks in found.items())
    shown = (item["number"], item["item"], places or phrases.MISSING, author)
    return cells.Row(tuple(map(cells.text, shown)))


def _name_page(words, marks, marked):
    """`Table 3 (page 3)`, `(from page 3)` for several, the number a mark that the document fills; elsewhere the words alone."""
    there = [mark_page(each) for each in marks if each in marked]
    if not there:
        return words
    return f"{words} (from page {there[0]})" if len(there) > 1 else f"{words} (page {there[0]})"


def find_places(where, parts):
    """Return the places of the manuscript that are there, in words: `Methods, Endpoints`, `Table 1`, `Results`."""
    return list(find_marks(where, parts))


def find_marks(where, parts):
    """Return {place in words: its bookmarks}, in the order of `where`."""
    found = {}
    headings = {heading: place for place, (heading, _) in enumerate(parts["methods"])}
    for each in where:
        kind, name = each.split(": ", 1)
        if kind == "methods" and name in headings:
            before = "Methods" if name in parts["main_headings"] else "Supplementary methods"
            found[f"{before}, {name}"] = [name_methods(headings[name])]
        elif kind == "results" and any(analysis == name for analysis, _ in parts["answers"]):
            found["Results"] = [RESULTS]
        elif kind == "part" and name in PARTS:
            found[PARTS[name]] = [MARKS[name]]
        elif kind == "part" and parts["frozen"]:
            found["Title page, analysis plan"] = [TITLE]
        elif kind in ("table", "figure"):
            numbers = [n for key, n in parts[f"{kind}s"].items() if fnmatch(key, name)]
            if numbers:
                numbers = sorted(numbers, key=_rank)
                marks = [name_bookmark(number, kind) for number in numbers[:MOST]]
                found[_name(kind, numbers)] = marks
    return found


def _name(kind, numbers):
    """`Table 1`, `Tables 4, 5 and S3`, `Tables 4, 5, 6 and 9 others`."""
    shown, rest = numbers[:MOST], len(numbers) - MOST
    words = [*shown, phrases.plural(rest, "other")] if rest > 0 else shown
    return f"{phrases.capitalise(kind)}{'s' * (len(numbers) > 1)} {phrases.join_words(words)}"


def _rank(number):
    """The main text before its supplement, by number."""
    return number.startswith("S"), int("".join(c for c in number if c.isdigit()) or 0)


def _list_notes(checklist, parts):
    if "needs" in checklist and not find_places(checklist["needs"], parts):
        yield "This run has no prediction model and compares no scores: the checklist may not apply."
    yield f"Items in our own words, after {checklist['citation']}"
    recalled = [i["number"] for i in checklist["items"] if i.get("evidence") == "recalled"]
    seen = f"The numbers of the items are {phrases.tell_evidence(checklist['evidence'])}"
    if recalled:
        seen += f"; those of {phrases.join_words(recalled)} are {phrases.tell_evidence('recalled')}"
    yield f"{seen}. Take the journal's own form for the submission."
