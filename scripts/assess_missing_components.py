"""Determinate patients, every score lowest and highest, and multiple imputation."""

import pandas as pd
from crlm.analyses.missing_components import estimate, figure, figure_imputation
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output, settings = snakemake.params, snakemake.output, snakemake.params.missing_components
shared = {"endpoint": params.endpoint, "synthetic": params.synthetic}

found = estimate.assess_missing_components(
    pd.read_parquet(snakemake.input.cohort), snakemake.wildcards.endpoint, settings, params.seed
)
storage.write_table(found.estimates, output.estimates)
storage.write_table(found.imputation, output.imputation)
labels = {name: spec["label"] for name, spec in settings["scores"].items()}
style.set_page(output.comparison_figure, params.widths)
shown = figure.plot_comparison(storage.read_table(output.estimates), labels, **shared)
style.save_all(shown, output.comparison_figure, params.small_cells)
imputed = storage.read_table(output.imputation)
style.set_page(output.imputation_figure, params.widths)
shown = figure_imputation.plot_imputation(imputed, settings["targets"], **shared)
style.save_all(shown, output.imputation_figure, params.small_cells)
