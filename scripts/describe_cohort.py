"""Flow, Table 1, what is missing, and the numbers that are cut."""

import pandas as pd
from crlm.analyses.cutoffs import levels
from crlm.analyses.description import estimate, figure_flow
from crlm.analyses.description.figure_missingness import plot_missingness
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
missing = estimate.count_missing(cohort, params.variables)
tables = {
    "table1": estimate.describe_cohort(cohort, params.variables, params.groupings),
    "missingness": missing[0],
    "patterns": missing[1],
    "levels": levels.describe_cutoffs(cohort, params.numbers)[0],
}
for name, table in tables.items():
    storage.write_table(table, output[name])
fits = [storage.read_table(path) for path in snakemake.input.fits]
lacking, _ = estimate.count_missing(cohort, params.covariates)
style.set_page(output.flow, params.widths)
figure = figure_flow.plot_flow(
    storage.read_table(snakemake.input.attrition),
    params.endpoints,
    params.synthetic,
    params.small_cells,
    events=estimate.count_events(cohort, params.endpoints),
    fits=dict(zip(params.endpoints, fits, strict=True)),
    models=params.models,
    missing=dict(zip(params.covariates.values(), lacking["missing"], strict=True)),
)
style.save_all(figure, output.flow, params.small_cells)
style.set_page(output.missing, params.widths)
figure = plot_missingness(*missing, params.variables, params.synthetic, params.small_cells)
style.save_all(figure, output.missing, params.small_cells)
