"""The table of a recorded score beside the computed one."""

from crlm.display import formats
from crlm.display.cells import Column, DisplayTable, Row, count, number, text
from crlm.plan import phrases


def tabulate_agreement(cross, summary, labels, name):
    """Cross table of a recorded score (rows) and the computed one (columns), with weighted kappa below.

    cross, summary: score_agreement.csv and score_agreement_summary.csv; labels: variable -> label; name: the comparison.
    """
    cross = cross[cross["comparison"] == name]
    result = summary[summary["comparison"] == name].iloc[0]
    recorded, computed = (labels.get(result[key], result[key]) for key in ("recorded", "computed"))
    values = sorted({*cross["recorded_value"], *cross["computed_value"]})
    cells = cross.set_index(["recorded_value", "computed_value"])["patients"]
    columns = (
        Column(recorded, align="left"),
        *(Column(f"{value:g}", computed) for value in values),
        Column("Total"),
    )
    rows = []
    for value in values:
        line = [int(cells.get((value, other), 0)) for other in values]
        row = [count(n, other == value) for n, other in zip(line, values, strict=True)]
        rows.append(Row((text(f"{value:g}"), *row, count(sum(line)))))
    if rows:
        totals = [int(cross.loc[cross["computed_value"] == v, "patients"].sum()) for v in values]
        rows.append(Row((text("Total"), *map(count, totals), count(sum(totals))), "foot"))
    share_equal = formats.format_share(result["agree"], result["patients"])
    notes = [f"Equal in {share_equal}% of {phrases.plural(result['patients'], 'patient')}."]
    notes[0] = notes[0].replace(")%", "%)")
    for weights in ("linear", "quadratic"):
        kappa = [result[f"kappa_{weights}{end}"] for end in ("", "_lower", "_upper")]
        if not formats.is_missing(kappa[0]):
            words = formats.format_interval(*kappa, lambda v, empty: number(v, 2, empty).text)
            notes.append(f"Cohen's kappa, {weights} weights: {words}.")
    title = f"Agreement of {recorded} and {computed}"
    return DisplayTable(
        f"agreement_{name}", title, columns, tuple(rows), tuple(notes), f"Agreement {name}"
    )
