"""Words and lists of words as running text, each by an example written by hand."""

import pytest
from crlm.plan import phrases


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("last_contact", "last contact"),
        ("log-rank_test", "log rank test"),
        ("os", "os"),
        (5, "5"),
    ],
)
def test_names_as_words(name, words):
    assert phrases.to_words(name) == words


def test_first_letters():
    assert phrases.capitalise("age at resection") == "Age at resection"
    assert phrases.capitalise("pT of the primary") == "PT of the primary"
    assert phrases.capitalise("") == ""
    assert phrases.lower_first("Age") == "age" and phrases.lower_first("CEA") == "CEA"
    assert phrases.as_sentence(" too few events; ") == "Too few events."


def test_lists():
    assert phrases.join_words([]) == ""
    assert phrases.join_words(["a"]) == "a"
    assert phrases.join_words(["a", "b"]) == "a and b"
    assert phrases.join_words(iter(["a", "b", "c"]), "or") == "a, b or c"


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 events"), (1, "1 event"), (2, "2 events"), (11, "11 events")]
)
def test_one_and_many(count, words):
    assert phrases.plural(count, "event") == words


def test_footnotes_and_parts_of_a_table():
    assert phrases.superscript(1208) == "¹²⁰⁸"
    parts = [phrases.letter(place) for place in (0, 1, 25, 26, 27, 51, 52, 701, 702)]
    assert parts == ["a", "b", "z", "aa", "ab", "az", "ba", "zz", "aaa"]


def test_links_of_a_citation():
    assert phrases.list_links({"text": "Nobody 2000"}) == []
    assert phrases.list_links({"doi": "10.1/a(b)c", "pmid": 12}) == [
        {"text": "doi:10.1/a(b)c", "url": "https://doi.org/10.1/a%28b%29c"},
        {"text": "PMID 12", "url": "https://pubmed.ncbi.nlm.nih.gov/12/"},
    ]


def test_every_mark_of_evidence_has_its_own_words():
    tags = ("read", "secondary", "recalled", "unverified", "derived")
    assert len({phrases.tell_evidence(tag) for tag in tags}) == 5
    assert phrases.tell_evidence("recalled") == "recalled, not read again"
    assert phrases.tell_evidence(None) == phrases.MISSING == "\N{EN DASH}"
