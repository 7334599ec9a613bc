"""The curves of the scores' strata with the published survival."""

from crlm.analyses.published import figure
from crlm.display import style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params, output = snakemake.params, snakemake.output

names = ("points", "expected", "curves")
tables = [storage.read_table(snakemake.input[name], text=("stratum",)) for name in names]
for name, score in params.scores.items():
    shown = figure.plot_published(
        *(table[table["score"] == name] for table in tables),
        *(score, params.endpoint, params.output, params.endpoints),
        synthetic=params.synthetic,
    )
    style.save_all(shown, output[f"figure_{name}"], params.small_cells)
