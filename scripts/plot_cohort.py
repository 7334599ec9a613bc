"""Flow diagram and missing values."""

from crlm.analyses.description import figure_flow, figure_missingness
from crlm.display import style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params

attrition = storage.read_table(snakemake.input.attrition)
flow = figure_flow.plot_flow(attrition, params.endpoints, params.synthetic)
style.save_all(flow, snakemake.output.flow)
missingness = figure_missingness.plot_missingness(
    storage.read_table(snakemake.input.missingness),
    storage.read_table(snakemake.input.patterns),
    params.variables,
    params.synthetic,
)
style.save_all(missingness, snakemake.output.missingness)
