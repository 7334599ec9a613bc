"""What every analysis that the demo and the miniature ask for says: its sections, and its methods word for word.

The words are compared with the German catalogue, which has each English sentence a second time.
"""

import re
from collections import defaultdict

import pandas as pd
import pytest
import yaml
from crlm.analyses import order
from crlm.display import formats, language
from crlm.plan.build import build_plan, list_texts
from test_translation import GERMAN, ROOT, list_english

BY_RESULTS = {
    "kaplan_meier",
    "combined",
    "frozen_plan",
    "cross_check",
}  # sections: of what was found
BY_STATES = "disease_states"  # its methods count a history


@pytest.fixture
def plan(shipped):
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    return build_plan(config, **shipped)


class Nothing(pd.DataFrame):
    """A result table without rows that has every column."""

    def __getitem__(self, key):
        return pd.Series(dtype=object) if isinstance(key, str) else self


class Everything:
    """A page that has every figure and table that is asked of it."""

    def __init__(self, plan, results):
        self.plan, self.results, self.asked = plan, results, []
        self.figures = self.tables = defaultdict(str)

    def figure(self, name, title, kind, *sentences):
        caption = ROOT / f"workflow/report/captions/{kind}.rst"
        assert caption.exists() and title and all(isinstance(each, str) for each in sentences)
        self.asked.append((name, title))
        return [{"kind": "figure", "name": name}]

    def table(self, name, folded=""):
        self.asked.append((name, folded))
        return [{"kind": "table", "name": name}]

    def part(self, name, table, place, folded=""):
        return self.table(name, folded)

    def leave_out(self, *_):
        pass


@pytest.fixture
def results(plan):
    found = defaultdict(Nothing)
    found["endpoints"] = {name: defaultdict(Nothing) for name in plan["endpoints"]}
    return found


@pytest.fixture
def english(plan):
    """The texts that the catalogue does not turn into German, and those with English left in them."""
    own = sorted((text for text in list_texts(plan) if text), key=len, reverse=True)
    formats.use({"language": "de", "own": own}, [GERMAN])

    def find(texts):
        said = [(text, language.say(text)) for text in texts]
        return [text for text, german in said if german == text or list_english([german], own)]

    yield find
    formats.use()


def walk(sections):
    for section in sections:
        yield section
        yield from walk(section.sections)


def test_every_section_has_what_it_asks_for(plan, results, english):
    seen, titles = set(), []
    for name, words in order.load("words").items():
        for what in ("show_study", "show_last", "show_endpoint"):
            if name in BY_RESULTS or not hasattr(words, what):
                continue
            for endpoint in plan["endpoints"] if what == "show_endpoint" else [""]:
                page = Everything(plan, results)
                sections = getattr(words, what)(page, *([endpoint] if endpoint else []))
                stand = set()
                for section in walk(sections):
                    assert re.fullmatch(rf"{endpoint}[a-z0-9_-]+", section.id), name
                    assert section.id not in seen and section.title[:1].isupper(), name
                    seen.add(section.id)
                    titles.append(section.title)
                    stand |= {block["name"] for block in section.blocks if "name" in block}
                assert stand == {asked for asked, _ in page.asked}, name
                titles += [title for _, title in page.asked if title]
    assert len(seen) > 40 and len(titles) > 200
    assert english(titles) == []


def test_methods_are_told_word_for_word(plan, results, english):
    told, used = [], []
    for name, words in order.load("words").items():
        if hasattr(words, "tell_methods") and name != BY_STATES:
            for heading, paragraphs in words.tell_methods(plan, results):
                told += [heading, *paragraphs]
        used += [what for _, what in getattr(words, "list_uses", lambda _: ())(plan)]
    assert len(told) > 80 and len(used) > 20
    assert english(told) == [] and english(used) == []
    assert all(text[:1].isupper() for text in told)  # the catalogue knows either letter


def test_why_nothing_was_done_is_told_word_for_word(plan_of, base, english):
    plan = plan_of(base)
    found = [
        text
        for words in order.load("words").values()
        for pair in getattr(words, "list_not_done", lambda _: ())(plan)
        for text in pair
    ]
    assert len(found) > 40 and english(found) == []
    assert all(text[:1].isupper() for text in found[::2])  # the analysis; then its reason


def test_a_word_that_is_not_of_the_catalogue_would_be_seen(plan, english):
    changed = ["XXInteractionsXX", "INTERACTIONS"]
    assert english(["Interactions", *changed]) == changed
