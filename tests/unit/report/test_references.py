"""Citations: each once, taken apart only where that is certain, in RIS and BibTeX as reference managers read them."""

import re
from pathlib import Path

import pytest
import yaml
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
