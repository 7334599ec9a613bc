"""Restricted mean survival time of every group, with difference and ratio, and a figure per grouping."""

import pandas as pd
from crlm.analyses.restricted_mean import estimate, figure
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
for place, (endpoint, spec) in enumerate(params.endpoints.items()):
    horizons = params.horizons.get(endpoint, [])
    means = estimate.estimate_restricted_means(cohort, endpoint, params.groupings, horizons)
    storage.write_table(means, output.means[place])
    means = storage.read_table(output.means[place])
    for name, grouping in params.groupings.items():
        rows = means[means["grouping"] == name]
        style.set_page(output[f"restricted_mean_{place}_{name}"], params.widths)
        last = params.synthetic, params.small_cells
        shown = figure.plot_restricted_means(rows, grouping, spec, *last)
        style.save_all(shown, output[f"restricted_mean_{place}_{name}"], params.small_cells)
