"""Abbreviations written out below the table in which they occur."""

import re

from crlm.plan.phrases import lower_first


def list_known(plan):
    """{abbreviation: what it stands for}: those of the workflow, and those of the plan's endpoints, which go before."""
    endpoints = plan["endpoints"].values()
    return plan["abbreviations"] | {e["abbreviation"]: lower_first(e["label"]) for e in endpoints}


def write_out(table, known):
    """`CI, confidence interval; HR, hazard ratio.` of the abbreviations in a DisplayTable, in the order of the alphabet.

    Those that its title or its notes explain are left out; empty when there is none.
    """
    told = " ".join([table.title, *table.notes])
    cells = [cell.text for row in table.rows for cell in row.cells]
    heads = [part for column in table.columns for part in (column.over, column.label)]
    words = "\n".join([told, *heads, *cells])
    found = {
        short: meaning
        for short, meaning in known.items()
        if re.search(rf"(?<![\w/-]){re.escape(short)}s?(?![\w/])", words)
        and meaning.casefold() not in told.casefold()
        and short != meaning
    }
    parts = (f"{short}, {found[short]}" for short in sorted(found, key=str.casefold))
    return "; ".join(parts) + "." if found else ""
