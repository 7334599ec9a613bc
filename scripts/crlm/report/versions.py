"""The software that made a result, and what each library computed."""

import platform
from importlib.metadata import version

from crlm.analyses import order
from crlm.plan.phrases import OWN, capitalise, join_words

VERSION = "0.1.0"
# In the order of the methods
COMPUTING = (
    "lifelines",
    "scikit-survival",
    "statsmodels",
    "numba",
    "patsy",
    "firthmodels",
    "scipy",
)
TOOLS = {  # distribution: what it does in every study without computing an estimate
    "snakemake": "order of the jobs",
    "pandas": "tables of data",
    "numpy": "arrays, random numbers",
    "matplotlib": "figures",
}


def list_software(plan):
    """Return {software: (version, what it was used for in this study)}; of what computed nothing there is no entry.

    This software itself and Python come first; the words of a library are those of the methods.
    """
    uses = {name: join_words(words) for name, words in list_uses(plan).items() if words}
    own = uses.pop(OWN)
    return {
        OWN: (VERSION, own),
        "Python": (platform.python_version(), "the language of all"),
        **{name: (version(name), words) for name, words in (uses | TOOLS).items()},
    }


def list_uses(plan):
    """What each library computes in this study, as the analyses say: {software: [uses]}, this software last."""
    found = {name: {} for name in COMPUTING} | {OWN: {"endpoints": True}}
    for words in order.load("words").values():
        for name, what in getattr(words, "list_uses", lambda _: ())(plan):
            found[name][what] = True
    return {name: list(uses) for name, uses in found.items()}


def tell_software(software, twice=True):
    """The sentences of the methods on which library computed what; software: as `list_software` gives it; twice: whether any
    number was computed a second time."""
    said = [
        (what, f"by {name} {number}")
        for name, (number, what) in software.items()
        if name not in (*TOOLS, OWN, "Python")
    ]
    (first, by), *rest = said
    parts = [f"{capitalise(first)} were computed {by}", *map(" ".join, rest)]
    number, what = software[OWN]
    python = software["Python"][0]
    again = " The headline numbers were computed a second time by another implementation (Numbers computed twice)."
    return f"{'; '.join(parts)}; {what} by this software ({OWN} {number}, Python {python}).{again * twice}"
