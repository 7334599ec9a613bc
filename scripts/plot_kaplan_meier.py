"""Kaplan-Meier curves of every grouping, but those of two groups that a Cox model compares."""

from crlm.analyses.kaplan_meier.figure import plot_kaplan_meier
from crlm.display import formats, privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style)
params = snakemake.params

names = ("curves", "summary", "tests", "landmarks")
curves, *others = (storage.read_table(snakemake.input[name]) for name in names)
tables = [privacy.join_weeks(curves, params.small_cells), *others]
for name, grouping in params.groupings.items():
    *mine, landmarks = (table[table["grouping"] == name] for table in tables)
    shown = {"synthetic": params.synthetic, "landmarks": landmarks}
    style.set_page(snakemake.output[f"curves_{name}"], params.widths)
    figure = plot_kaplan_meier(*mine, grouping, params.endpoint, params.output, **shown)
    style.save_all(figure, snakemake.output[f"curves_{name}"], params.small_cells)
