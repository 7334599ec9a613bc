"""How the metastases grew, in a sentence."""

from crlm.display import formats
from crlm.display.sections import Answer
from crlm.plan import phrases


def answer(plan, results):
    """The groups of the first growth-pattern rule."""
    table = results["growth_patterns"]
    for name, rule in list(plan["growth_patterns"].items())[:1]:
        known = table[name].dropna() if name in table else []
        if not len(known):
            return
        counts = {level: int((known == level).sum()) for level in rule["levels"]}
        least = plan["output"]["privacy"]["small_cells"] or 0
        if any(0 < count < least for count in counts.values()):
            return  # a share would tell them
        parts = [
            f"{rule['levels'][level]['label']} {formats.format_number(100 * count / len(known))}%"
            for level, count in counts.items()
        ]
        patients = phrases.plural(len(known), "patient")
        words = (
            f"{rule['label']}, known in {patients} of {len(table)}: {phrases.join_words(parts)}."
        )
        yield Answer(words, table="growth_patterns")
