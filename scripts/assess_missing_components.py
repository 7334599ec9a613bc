"""Determinate patients, every score lowest and highest, and multiple imputation."""

import pandas as pd
from crlm.analyses.missing_components import estimate, figure, figure_imputation
from crlm.display import complements, formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output, settings = snakemake.params, snakemake.output, snakemake.params.missing_components

cohort = pd.read_parquet(snakemake.input.cohort)
labels = {name: spec["label"] for name, spec in settings["scores"].items()}
for place, (endpoint, spec) in enumerate(params.endpoints.items()):
    found = estimate.assess_missing_components(cohort, endpoint, settings, params.seed)
    storage.write_table(found.estimates, output.estimates[place])
    storage.write_table(found.imputation, output.imputation[place])
    shared = {"endpoint": spec, "synthetic": params.synthetic}
    style.set_page(output[f"missing_components_{place}_comparison"], params.widths)
    estimates = storage.read_table(output.estimates[place])
    shown = figure.plot_comparison(estimates, labels, **shared)
    style.save_all(shown, output[f"missing_components_{place}_comparison"], params.small_cells)
    style.set_page(output[f"missing_components_{place}_imputation"], params.widths)
    imputed = complements.hide_shares(
        storage.read_table(output.imputation[place]), params.small_cells
    )
    shown = figure_imputation.plot_imputation(imputed, settings["targets"], **shared)
    style.save_all(shown, output[f"missing_components_{place}_imputation"], params.small_cells)
