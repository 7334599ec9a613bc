"""The cohort's curves with the published survival of each score's strata."""

from crlm.analyses.published import figure as figure_published
from crlm.display import style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params

names = ("points", "expected", "curves")
tables = [storage.read_table(snakemake.input[name], text=("stratum",)) for name in names]
for name, score in params.scores.items():
    figure = figure_published.plot_published(
        *(table[table["score"] == name] for table in tables),
        score,
        params.endpoint,
        params.output,
        params.endpoints,
        synthetic=params.synthetic,
    )
    style.save_all(figure, snakemake.output[f"published_{name}"])
