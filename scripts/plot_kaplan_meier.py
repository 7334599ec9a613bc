"""Kaplan-Meier curves of every grouping."""

from crlm.analyses.kaplan_meier.figure import plot_kaplan_meier
from crlm.display import formats, privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, files = snakemake.params, snakemake.input

names = ("curves", "summary", "tests", "landmarks", "ratios")
for place, endpoint in enumerate(params.endpoints.values()):
    curves, *others = (storage.read_table(files[name][place]) for name in names)
    tables = [privacy.join_weeks(curves, params.small_cells), *others]
    for name, grouping in params.groupings.items():
        *mine, landmarks, ratios = (table[table["grouping"] == name] for table in tables)
        shown = {"synthetic": params.synthetic, "landmarks": landmarks, "ratios": ratios}
        files_of = snakemake.output[f"kaplan_meier_{place}_{name}"]
        style.set_page(files_of, params.widths)
        figure = plot_kaplan_meier(*mine, grouping, endpoint, params.output, **shown)
        style.save_all(figure, files_of, params.small_cells)
