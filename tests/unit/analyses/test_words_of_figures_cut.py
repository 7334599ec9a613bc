"""Words of figures that have no room, and what a swimmer plot says of states that end the course."""

from crlm.analyses.disease_states.figure_swimmer import _name_final
from crlm.analyses.missing_components.figure_imputation import _cut
from crlm.display import style


def test_a_title_is_cut_after_its_first_words():
    words = " ".join(f"word{place}" for place in range(30))
    first, second = _cut(words, 1.5)
    assert words.startswith(first) and second.endswith("…")
    assert words.startswith(f"{first} {second.removesuffix('…')}")
    assert all(style.measure(line, style.SMALL) <= 1.5 for line in (first, second))
    assert _cut("short", 1.5) == ["short"]


def test_the_states_that_end_the_course_are_named():
    states = {"a": {"label": "Well"}, "b": {"label": "Dead"}, "c": {"label": "Lost"}}
    final = {name: {**spec, "final": name in "bc"} for name, spec in states.items()}
    assert _name_final(final) == "dead or lost"
    none = {name: {**spec, "final": False} for name, spec in states.items()}
    assert _name_final(none) == "none of the states is final"
