"""The reconstructed curves over those of the cohort."""

from crlm.analyses.published_curves import figure as figure_reconstructed
from crlm.display import style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params

names = ("curves", "groups")
tables = [storage.read_table(snakemake.input[name], text=["stratum"]) for name in names]
for name, curve in params.curves.items():
    figure = figure_reconstructed.plot_reconstructed(
        *(table[table["curve"] == name] for table in tables),
        curve,
        params.groupings[curve["grouping"]],
        params.endpoints[curve["endpoint"]],
        params.output,
        synthetic=params.synthetic,
    )
    style.save_all(figure, snakemake.output[f"reconstructed_{name}"])
