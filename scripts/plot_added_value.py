"""Decision curves of base and extended model, beside what is added."""

from crlm.analyses.added_value import figure as figure_added_value
from crlm.display import style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params

measures = storage.read_table(snakemake.input.added_value)
curves = storage.read_table(snakemake.input.decision_curves)
for name, addition in params.additions.items():
    figure = figure_added_value.plot_added_value(
        *(measures, curves, name, params.base, addition["label"], params.endpoint),
        synthetic=params.synthetic,
    )
    style.save_all(figure, snakemake.output[name])
