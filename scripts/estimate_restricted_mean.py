"""Restricted mean survival time of every group, with difference and ratio, and a figure per grouping."""

import pandas as pd
from crlm.analyses.restricted_mean import estimate, figure
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style)
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
means = estimate.estimate_restricted_means(
    cohort, snakemake.wildcards.endpoint, params.groupings, params.horizons
)
storage.write_table(means, output.means)
means = storage.read_table(output.means)
for name, grouping in params.groupings.items():
    rows = means[means["grouping"] == name]
    style.set_page(output[f"figure_{name}"], params.widths)
    shown = figure.plot_restricted_means(rows, grouping, params.endpoint, params.synthetic)
    style.save_all(shown, output[f"figure_{name}"], params.small_cells)
