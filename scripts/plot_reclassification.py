"""Flow of patients between the groups of two or more scores."""

from crlm.analyses.reclassification import figure as figure_reclassification
from crlm.display import style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params

figure = figure_reclassification.plot_reclassification(
    storage.read_table(snakemake.input.flows),
    params.comparisons,
    params.endpoint,
    synthetic=params.synthetic,
)
style.save_all(figure, snakemake.output.reclassification)
