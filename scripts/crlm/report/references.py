"""What is to be cited, for a manuscript: numbered, and as RIS and BibTeX for a reference manager."""

import re

from crlm.analyses import order
from crlm.plan.phrases import OWN

# Authors. Title. Journal 1999;230:309-18.
PAPER = re.compile(
    r"(?P<authors>.+?[A-Z]{1,3}(?:, et al)?)\. (?P<title>.+)\. (?P<journal>[^.]+?) (?P<year>[12]\d{3})"
    r"(?:;(?P<volume>[\w]+)(?:\((?P<issue>[^)]+)\))?)?:(?P<pages>[\w-]+)\.?"
)
# Authors. Journal 2018;105:1210-20. A title that is not given is not made up
UNTITLED = re.compile(
    r"(?P<authors>.+?)\. (?P<journal>[^.;]+?) (?P<year>[12]\d{3});(?P<volume>\w+):(?P<pages>[\w-]+)\.?"
)
OTHERS = "et al"
NAME = re.compile(r"(?P<last>.+) (?P<first>[A-Z]{1,3})")
RIS = {"authors": "AU", "title": "TI", "journal": "JO", "year": "PY", "volume": "VL", "issue": "IS"}


def list_citations(plan, software, known):
    """Return the citations of a study as dicts with text, doi and pmid (None where missing) and `what`, in order, each once.

    software: as `versions.list_software` gives it; known: {software: citation}, workflow/report/software.yaml.
    """
    found = {}

    def add(text, doi=None, pmid=None, what=""):
        text = text.strip()
        entry = found.setdefault(text, {"text": text, "doi": doi, "pmid": pmid, "what": []})
        if what and what not in entry["what"]:
            entry["what"].append(what)

    if plan["study"]["citation"]:
        add(plan["study"]["citation"], what="the data")
    for score in plan["scores"].values():
        if score["status"] == "computable":
            citation = score["citation"]
            add(citation["text"], citation.get("doi"), citation.get("pmid"), score["label"])
    for words in order.load("words").values():
        for item in getattr(words, "list_references", lambda _: [])(plan):
            links = [link["text"] for link in item["links"]]
            doi = next((text[4:] for text in links if text.startswith("doi:")), None)
            pmid = next((text[5:] for text in links if text.startswith("PMID ")), None)
            add(item["text"], doi, pmid)
    for name, (version, _) in software.items():
        if name in known:
            add(known[name]["text"], known[name].get("doi"), what=f"{name} {version}")
    add(f"{OWN} {software[OWN][0]} [computer program].", what=OWN)
    return list(found.values())


def parse_citation(text):
    """Return authors (a list), title, journal, year, volume, issue and pages ; what cannot be told apart is missing."""
    for form in (PAPER, UNTITLED):
        if match := form.fullmatch(text.strip()):
            parts = {key: value for key, value in match.groupdict().items() if value}
            names = re.sub(r" [12]\d{3}$", "", parts.pop("authors")).split(", ")
            return {"authors": names, **parts}
    return {}


def write_ris(citations):
    """Return the citations in the format RIS; one that cannot be taken apart has its whole text as title."""
    return "".join(map(_write_entry, citations))


def _write_entry(citation):
    parts = parse_citation(citation["text"])
    lines = [("TY", "JOUR" if parts else "GEN")]
    lines += [("AU", _turn(name)) for name in parts.get("authors", []) if name != OTHERS]
    lines.append(("TI", parts.get("title", "" if parts else citation["text"])))
    lines += [(tag, parts.get(key)) for key, tag in RIS.items() if key not in ("authors", "title")]
    first, last = _read_pages(parts)
    lines += [("SP", first), ("EP", last), ("DO", citation["doi"])]
    lines += [("AN", citation["pmid"] and f"PMID {citation['pmid']}"), ("N1", _note(citation))]
    shown = [f"{tag}  - {text}\n" for tag, text in lines if text]
    return "".join([*shown, "ER  - \n\n"])


def _note(citation):
    """What it is cited for, and the words of a citation that has no title."""
    parts = parse_citation(citation["text"])
    whole = [citation["text"]] if parts and "title" not in parts else []
    return "; ".join([*citation["what"], *whole])


def _turn(name):
    """`Fong, Y. M.` of `Fong YM`; BibTeX calls those that are not named `others`."""
    if name == OTHERS:
        return "others"
    found = NAME.fullmatch(name)
    return f"{found['last']}, {'. '.join(found['first'])}." if found else name


def _read_pages(parts):
    """First and last page, the last in full: 309 and 318 of 309-18."""
    first, _, last = parts.get("pages", "").partition("-")
    if last and last.isdigit() and first.isdigit() and len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return first, last


def write_bibtex(citations):
    """Return the citations as BibTeX, with keys such as `fong1999`."""
    used, entries = set(), []
    for citation in citations:
        parts = parse_citation(citation["text"])
        key = _make_key(parts, citation, used)
        fields = {
            "author": " and ".join(map(_turn, parts.get("authors", []))),
            "title": parts.get("title", "" if parts else citation["text"]),
            "journal": parts.get("journal"),
            "year": parts.get("year"),
            "volume": parts.get("volume"),
            "number": parts.get("issue"),
            "pages": "--".join(filter(None, _read_pages(parts))),
            "doi": citation["doi"],
            "pmid": citation["pmid"],
            "note": _note(citation),
        }
        shown = {name: text for name, text in fields.items() if text}
        lines = [
            f"  {name} = {{{text if name == 'doi' else _escape(text)}}}"
            for name, text in shown.items()
        ]
        kind = "article" if parts else "misc"
        entries.append(f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}\n")
    return "\n".join(entries)


def _make_key(parts, citation, used):
    name = _turn(parts["authors"][0]).split(",")[0] if parts else citation["text"]
    first = re.sub(r"[^A-Za-z]", "", name.split(" ")[0]).lower() or "ref"
    year = parts.get("year") or next(iter(re.findall(r"\b(?:19|20)\d\d\b", citation["text"])), "")
    stem = first + year
    letters = ["", *"abcdefghijklmnopqrstuvwxyz", *(str(n) for n in range(1, 1000))]
    key = next(stem + each for each in letters if stem + each not in used)
    used.add(key)
    return key


def _escape(text):
    """Signs that LaTeX would take for its own."""
    return re.sub(r"([&%$#_{}])", r"\\\1", str(text))
