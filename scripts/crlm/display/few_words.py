"""Small counts in running text."""

import re

WORDS = re.compile(
    r"(?<![\w.,;=#<-])\d+(?= (?:of \d+ )?(?:patients?|events?|deaths?|recurrences?|entry|entries|limits?|missing values?"
    r"|of them|censored|left out|excluded)\b"
    r"| of \d+ (?:rows|values|identifiers|lesions|blocks|slides|determinate|missing)\b)|(?<=n = )\d+\b"
)
# a noun or a verb in the singular would tell that `<5` is 1
ONE = re.compile(
    r"(?<![\w.,;=#<-])1 (patient|event|death|recurrence|entry|limit|missing value)\b( (?:is|was|has)\b)?"
)
MANY = {"entry": "entries", " is": " are", " was": " were", " has": " have", None: ""}
ONLY = re.compile(r"\b[Tt]he only patient with (.+?) has no event")


def hide_words(text, least, sign="<"):
    """Return running text with such counts of patients or events as `<least`: `3 patients`, `n = 3`, `2 of 40 patients`.

    A single one is `<least patients` as well.
    """
    text = ONLY.sub(r"none of the 1 patients with \1 has an event", text)
    text = ONE.sub(lambda one: f"1 {MANY.get(one[1], one[1] + 's')}{MANY[one[2]]}", text)

    def conceal(found):
        return f"{sign}{least}" if 0 < int(found[0]) < least else found[0]

    return WORDS.sub(conceal, text)
