"""How the metastases grew, in a sentence."""

from crlm.analyses.growth_patterns.numbers import count_levels, tell_share
from crlm.display.keys import make_key, mark
from crlm.display.sections import Answer
from crlm.plan import phrases


def answer(plan, results):
    """The groups of the first growth-pattern rule."""
    table = results["growth_patterns"]
    for name, rule in list(plan["growth_patterns"].items())[:1]:
        counts, known = count_levels(plan, results, name)
        if not counts:
            return
        parts = [
            f"{rule['levels'][level]['label']} {mark(tell_share(count, known), make_key(name, level))}"
            for level, count in counts.items()
        ]
        patients = f"{mark(known, make_key(name, 'known'))} {phrases.decline(known, 'patient')}"
        words = (
            f"{rule['label']}, known in {patients} of {len(table)}: {phrases.join_words(parts)}."
        )
        yield Answer(words, table="growth_patterns")
