"""Forest of the hazard ratios of growth patterns, the cohort's own and published ones."""

from crlm.analyses.pattern_hazards import figure
from crlm.display import style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params

hazards = storage.read_table(snakemake.input.hazards)
shown = figure.plot_hazards(hazards, params.contrasts, params.endpoint, params.synthetic)
style.save_all(shown, snakemake.output.forest, snakemake.params.small_cells)
