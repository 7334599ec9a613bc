"""Whether the patients fare as published: events observed over expected, a sentence for the main endpoint of which some is."""

from crlm.analyses.published.numbers import ALL, choose_rows, find_main, name_ratio
from crlm.display import findings, formats
from crlm.display.keys import mark
from crlm.display.sections import Answer
from crlm.plan import phrases
from crlm.scores.published_strata import keep_comparable

READ = "read"


def answer(plan, results):
    """Observed over expected events by the scores in use that were published for the same endpoint."""
    name = find_main(plan, results)
    if name is None:
        return
    table = _keep_many(choose_rows(plan, results["endpoints"][name]), plan)
    parts = [
        _tell(row, plan["scores"][key]["label"], name_ratio(name, key))
        for key in plan["scores"]
        for row in table[table["score"] == key].itertuples()
    ]
    if parts:
        first = next(key for key in plan["scores"] if key in set(table["score"]))
        words = f"{plan['endpoints'][name]['label']}, events observed over those expected by the published strata: "
        words += f"{'; '.join(parts)}. Other patients, other years, other treatment."
        yield Answer(words, f"published_{name}_{first}", f"main_published_{name}")


def _keep_many(table, plan):
    """The rows whose events are no small count: the limits of a ratio tell it."""
    few = (plan["output"]["privacy"]["small_cells"] or 0) - 1
    return table[~table["observed"].between(1, few)]


def _tell(row, label, key):
    """`0.86 (0.78–0.95) by Fong score (Fong 1999, up to month 60; seen only in a source that cites it)`."""
    ratio = formats.format_interval(row.ratio, row.lower, row.upper, formats.format_ratio)
    support = [phrases.tell_evidence(tag) for tag in row.evidence.split("; ") if tag != READ]
    note = [] if formats.is_missing(row.note) else [row.note]
    source = f"{row.source}, up to month {row.until:g}"
    if formats.is_missing(row.until):  # strata of which only medians are published end with them
        source = f"{row.source}, each stratum up to its last published month"
    said = "; ".join([source, *support, *note])
    return f"{mark(ratio, key)} by {label} ({said})"


def describe_figures(plan, results):
    """Events observed over expected over all strata of every score, with what was published for another endpoint said."""
    for name, endpoint in plan["endpoints"].items():
        if "published_expected" not in results["endpoints"][name]:
            continue
        table = keep_comparable(results["endpoints"][name]["published_expected"], plan["endpoints"])
        table = _keep_many(findings.keep_known(table[table["kind"] == ALL], "ratio", plan), plan)
        for key, score in plan["scores"].items():
            rows = table[table["score"] == key].sort_values(
                "patients", ascending=False, kind="stable"
            )
            rows = rows.drop_duplicates(
                "source"
            )  # as points or as groups, that which counts most patients
            parts = [
                _tell(row, score["label"], name_ratio(name, key))
                + ("" if row.same_endpoint else f", published for {row.published_endpoint}")
                for row in rows.itertuples()
            ]
            if parts:
                words = f"{endpoint['label']}, events observed over those expected by the published strata: {'; '.join(parts)}."
                yield Answer(
                    f"{words} Other patients, other years, other treatment.",
                    f"published_{name}_{key}",
                )
