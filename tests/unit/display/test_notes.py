"""What holds for several is told once."""

from crlm.display.notes import tell_once


def test_a_reason_is_told_once_with_all_it_holds_for():
    pairs = [
        ("A", "no event"),
        ("B", "no event."),
        ("C", "one level"),
        ("A", "no event"),
        ("D", "no event"),
    ]
    assert tell_once(pairs) == ["A, B and D: no event.", "C: one level."]
    assert tell_once([]) == []
