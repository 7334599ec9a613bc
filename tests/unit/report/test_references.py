"""Citations: each once, taken apart only where that is certain, in RIS and BibTeX as reference managers read them."""

import re
from pathlib import Path

import pytest
import yaml
from crlm.report import references
from crlm.report.references import list_citations, parse_citation, write_bibtex, write_ris
from display_inputs import SOFTWARE, make_plan

ROOT = Path(__file__).parents[3]
KNOWN = yaml.safe_load((ROOT / "workflow/report/software.yaml").read_text(encoding="utf-8"))
FONG = "Fong Y, Fortner J. Clinical score: 100% of 1001 cases. Ann Surg 1999;230:309-18."


def cite(text, doi=None, pmid=None, what=()):
    return {"text": text, "doi": doi, "pmid": pmid, "what": list(what)}


def read_ris(text):
    """Entries of a RIS file as lists of (tag, value)."""
    entries = []
    for line in text.splitlines():
        if line:
            tag, value = re.fullmatch(r"([A-Z][A-Z0-9])  - (.*)", line).groups()
            if tag == "TY":
                entries.append([])
            entries[-1].append((tag, value))
    return entries


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FONG, {"authors": ["Fong Y", "Fortner J"], "title": "Clinical score: 100% of 1001 cases", "journal": "Ann Surg", "year": "1999", "volume": "230", "pages": "309-18"}),
        ("Margonis GA, et al. Br J Surg 2018;105:1210-20.", {"authors": ["Margonis GA", "et al"], "journal": "Br J Surg", "year": "2018", "volume": "105", "pages": "1210-20"}),
        ("Hunter JD. Matplotlib: a 2D graphics environment. Comput Sci Eng 2007;9(3):90-95.", {"authors": ["Hunter JD"], "title": "Matplotlib: a 2D graphics environment", "journal": "Comput Sci Eng", "year": "2007", "volume": "9", "issue": "3", "pages": "90-95"}),
        ("Ishiguro 2006.", {}),
        ("Nobody knows what this is", {}),
    ],
)  # fmt: skip
def test_a_citation_is_taken_apart_or_left_whole(text, expected):
    assert parse_citation(text) == expected


def test_no_word_of_a_score_is_lost_or_made_up():
    for path in sorted((ROOT / "workflow/scores").glob("*.yaml")):
        text = yaml.safe_load(path.read_text(encoding="utf-8"))["citation"]["text"].strip()
        parts = parse_citation(text)
        for value in [*parts.pop("authors", []), *parts.values()]:
            assert value in text
        (entry,) = read_ris(write_ris([cite(text)]))
        tags = dict(entry)
        assert tags.get("TI") or text in tags["N1"]


def test_ris():
    (entry,) = read_ris(write_ris([cite(FONG, "10.1/x_y", 10493478, ["Fong score"])]))
    assert entry == [
        *[("TY", "JOUR"), ("AU", "Fong, Y."), ("AU", "Fortner, J.")],
        *[
            ("TI", "Clinical score: 100% of 1001 cases"),
            ("JO", "Ann Surg"),
            ("PY", "1999"),
            ("VL", "230"),
        ],
        *[
            ("SP", "309"),
            ("EP", "318"),
            ("DO", "10.1/x_y"),
            ("AN", "PMID 10493478"),
            ("N1", "Fong score"),
            ("ER", ""),
        ],
    ]


def test_bibtex():
    text = write_bibtex(
        [cite(FONG, "10.1/x_y"), cite(FONG.replace("Clinical", "Another")), cite("Someone & Co.")]
    )
    assert re.findall(r"@(\w+)\{(\w+),", text) == [
        ("article", "fong1999"),
        ("article", "fong1999a"),
        ("misc", "someone"),
    ]
    assert r"title = {Clinical score: 100\% of 1001 cases}" in text
    assert "doi = {10.1/x_y}" in text
    assert "author = {Fong, Y. and Fortner, J.}" in text
    assert r"title = {Someone \& Co.}" in text
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")


def test_everything_cited_once_with_what_it_is_cited_for():
    plan = make_plan()
    plan["scores"]["other"] = {**plan["scores"]["sum"], "label": "Other score"}
    plan["scores"]["left"] = {
        **plan["scores"]["sum"],
        "status": "not computable",
        "citation": {"text": "Left out"},
    }
    found = list_citations(plan, SOFTWARE, KNOWN)
    texts = [each["text"] for each in found]
    assert len(texts) == len(set(texts)) and "Left out" not in texts
    assert found[0] == cite("Nobody 2001", what=["the data"])
    assert found[1] == cite("Doe J. 1999", "10.1/a<b>c", 1, ["Sum score", "Other score"])
    software = [each["what"] for each in found if each["text"] == KNOWN["lifelines"]["text"]]
    assert software == [["lifelines 1.2"]]
    assert not any(KNOWN["numba"]["text"] == text for text in texts)
    assert texts[-1].startswith("crlm-survival 0.1.0")


def test_each_library_that_is_cited_says_how_sure_the_citation_is():
    for name, citation in KNOWN.items():
        assert citation["evidence"] in ("read", "secondary", "recalled"), name
        assert "title" in parse_citation(citation["text"]), name


MIXED = [
    cite(
        "Fong Y, Fortner JG, et al. Clinical score. Ann Surg 1999;230:309-18.",
        "10.1/x_y",
        10493478,
        ["Fong score", "Other"],
    ),
    cite("Margonis GA, et al. Br J Surg 2018;105:1210-20.", what=["GAME"]),
    cite("Hunter JD. Matplotlib: 2D {graphics} & more. Comput Sci Eng 2007;9(3):90-5."),
    cite("Someone & Co. of 1987, and 1999."),
    cite("Hunter JD. Another. Comput Sci Eng 2007;9:e90-e95."),
    cite("Hunter JD. Third. Comput Sci Eng 2007;9:1001."),
    cite("123 !"),
]
RIS = """
TY  - JOUR
AU  - Fong, Y.
AU  - Fortner, J. G.
TI  - Clinical score
JO  - Ann Surg
PY  - 1999
VL  - 230
SP  - 309
EP  - 318
DO  - 10.1/x_y
AN  - PMID 10493478
N1  - Fong score; Other
ER  -

TY  - JOUR
AU  - Margonis, G. A.
JO  - Br J Surg
PY  - 2018
VL  - 105
SP  - 1210
EP  - 1220
N1  - GAME; Margonis GA, et al. Br J Surg 2018;105:1210-20.
ER  -

TY  - JOUR
AU  - Hunter, J. D.
TI  - Matplotlib: 2D {graphics} & more
JO  - Comput Sci Eng
PY  - 2007
VL  - 9
IS  - 3
SP  - 90
EP  - 95
ER  -

TY  - GEN
TI  - Someone & Co. of 1987, and 1999.
ER  -

TY  - JOUR
AU  - Hunter, J. D.
TI  - Another
JO  - Comput Sci Eng
PY  - 2007
VL  - 9
SP  - e90
EP  - e95
ER  -

TY  - JOUR
AU  - Hunter, J. D.
TI  - Third
JO  - Comput Sci Eng
PY  - 2007
VL  - 9
SP  - 1001
ER  -

TY  - GEN
TI  - 123 !
ER  -
"""
BIBTEX = r"""
@article{fong1999,
  author = {Fong, Y. and Fortner, J. G. and others},
  title = {Clinical score},
  journal = {Ann Surg},
  year = {1999},
  volume = {230},
  pages = {309--318},
  doi = {10.1/x_y},
  pmid = {10493478},
  note = {Fong score; Other}
}

@article{margonis2018,
  author = {Margonis, G. A. and others},
  journal = {Br J Surg},
  year = {2018},
  volume = {105},
  pages = {1210--1220},
  note = {GAME; Margonis GA, et al. Br J Surg 2018;105:1210-20.}
}

@article{hunter2007,
  author = {Hunter, J. D.},
  title = {Matplotlib: 2D \{graphics\} \& more},
  journal = {Comput Sci Eng},
  year = {2007},
  volume = {9},
  number = {3},
  pages = {90--95}
}

@misc{someone1987,
  title = {Someone \& Co. of 1987, and 1999.}
}

@article{hunter2007a,
  author = {Hunter, J. D.},
  title = {Another},
  journal = {Comput Sci Eng},
  year = {2007},
  volume = {9},
  pages = {e90--e95}
}

@article{hunter2007b,
  author = {Hunter, J. D.},
  title = {Third},
  journal = {Comput Sci Eng},
  year = {2007},
  volume = {9},
  pages = {1001}
}

@misc{ref,
  title = {123 !}
}
"""


def test_every_line_of_both_formats():
    """Papers with and without title, issue, last page and doi; what is no paper; keys of one author in one year."""
    written = write_ris(MIXED)
    assert [line.rstrip() for line in written.splitlines()] == [*RIS.strip().splitlines(), ""]
    assert all(line.endswith("  - ") for line in written.splitlines() if line.startswith("ER"))
    assert write_bibtex(MIXED) == BIBTEX.lstrip()


def test_a_reference_of_an_analysis_brings_its_links(monkeypatch):
    """doi and PMID of the links, whichever there are; no text twice, with blanks or without."""
    items = [
        {"text": " Roe R. 2011 ", "links": [{"text": "PMID 77"}, {"text": "doi:10.2/y"}]},
        {"text": "Poe P. 2012", "links": [{"text": "doi:10.3/z"}]},
        {"text": "Moe M. 2013", "links": [{"text": "PMID 88"}]},
        {"text": "Nobody 2001", "links": []},
    ]
    words = type("Words", (), {"list_references": staticmethod(lambda plan: items)})
    monkeypatch.setattr(references.order, "load", lambda _: {"none": object(), "one": words})
    plan = make_plan()
    plan["scores"] = {}
    known = {"lifelines": {"text": "Davidson-Pilon C. lifelines.", "doi": "10.4/l"}}
    assert list_citations(plan, SOFTWARE, known) == [
        cite("Nobody 2001", what=["the data"]),
        cite("Roe R. 2011", "10.2/y", "77"),
        cite("Poe P. 2012", "10.3/z"),
        cite("Moe M. 2013", None, "88"),
        cite("Davidson-Pilon C. lifelines.", "10.4/l", what=["lifelines 1.2"]),
        cite("crlm-survival 0.1.0 [computer program].", what=["crlm-survival"]),
    ]
    plan["study"]["citation"] = ""
    assert list_citations(plan, SOFTWARE, {})[0]["text"] == "Roe R. 2011"


@pytest.mark.parametrize(
    ("first", "last", "whole"),
    [
        ("309", "18", "318"),
        ("90", "105", "105"),
        ("90", "95", "95"),
        ("e90", "5", "5"),
        ("9", "", ""),
    ],
)
def test_the_last_page_is_written_in_full(first, last, whole):
    pages = f"{first}-{last}" if last else first
    (entry,) = read_ris(write_ris([cite(f"Doe J. A title. J Nothing 2001;1:{pages}.")]))
    assert [text for tag, text in entry if tag == "SP"] == [first]
    assert [text for tag, text in entry if tag == "EP"] == [whole][: bool(whole)]


def test_the_28th_key_of_an_author_and_year_has_a_number():
    texts = [f"Doe J. Title {n}. J Nothing 2001;1:{n + 1}." for n in range(29)]
    found = re.findall(r"@article\{(\w+),", write_bibtex(list(map(cite, texts))))
    letters = "abcdefghijklmnopqrstuvwxyz"
    assert found == [f"doe2001{end}" for end in ("", *letters, "1", "2")]


@pytest.mark.parametrize("study", ["miniature", "sparse"])
def test_who_is_named_with_a_year_in_the_methods_is_among_what_is_to_be_cited(study):
    """In the approved report of a made-up study: (Author ... year; Author year)."""
    page = (ROOT / f"tests/study/approved/{study}_report.txt").read_text(encoding="utf-8")
    methods = page.split("h2: Methods\n")[1].split("\nh2: ")[0]
    cited = [line for line in page.splitlines() if line.startswith("li: ")]
    named = set()
    for inside in re.findall(r"\(([^()]*\b(?:19|20)\d\d[^()]*)\)", methods):
        for part in inside.split(";"):
            author = re.match(r"\s*(?:after )?([A-Z][^\W\d]+)", part)
            years = re.findall(r"\b(?:19|20)\d\d\b", part)
            named |= {(author[1], year) for year in years} if author else set()
    assert len(named) > 3
    assert not [each for each in named if not any(all(w in line for w in each) for line in cited)]
