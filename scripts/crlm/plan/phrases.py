"""Words and lists of words as running text."""

from urllib.parse import quote

MISSING = "–"
OWN = "crlm-survival"  # this software
DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def to_words(name):
    """A name of the plan as words: `last_contact` becomes `last contact`."""
    return str(name).replace("_", " ").replace("-", " ")


def capitalise(text):
    """The text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def lower_first(text):
    """The text with a small first letter; a word of capitals is left as it is."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def as_sentence(text):
    """The text with a capital first letter and one full stop."""
    return capitalise(text.strip(" .;")) + "."


def join_words(words, last="and"):
    """`a`, `a and b`, `a, b and c`."""
    words = list(words)
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def plural(count, word):
    """`1 patient`, `2 patients`."""
    return f"{count} {decline(count, word)}"


def decline(count, word):
    """`patient` of 1, `patients` of 2."""
    return word if count == 1 else f"{word}s"


def superscript(number):
    """The number of a footnote in raised digits."""
    return str(number).translate(DIGITS)


def letter(position):
    """a, b, ... z, aa, ab, ... for the parts of a table."""
    before, rest = divmod(position, 26)
    return (letter(before - 1) if before else "") + chr(ord("a") + rest)


def list_links(citation):
    """Links of a citation to its DOI and PubMed entries: dicts with text and url."""
    links = []
    if citation.get("doi"):
        doi = citation["doi"]
        links.append({"text": f"doi:{doi}", "url": f"https://doi.org/{quote(doi)}"})
    if citation.get("pmid"):
        pmid = str(citation["pmid"])
        url = f"https://pubmed.ncbi.nlm.nih.gov/{quote(pmid)}/"
        links.append({"text": f"PMID {pmid}", "url": url})
    return links


def tell_evidence(tag):
    """How well a fact is supported, in words."""
    return {
        "read": "read in the source",
        "secondary": "seen only in a source that cites it or in public code",
        "recalled": "recalled, not read again",
        "unverified": "unverified",
        "derived": "derived, not published",
    }.get(tag, MISSING)


def name_endpoint(words):
    """The key of an endpoint in words: `Recurrence-free survival` becomes `recurrence_free_survival`."""
    return words.strip().casefold().replace(" ", "_").replace("-", "_")
