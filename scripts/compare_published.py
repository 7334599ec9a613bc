"""Survival of the scores' strata beside what was published for them."""

import pandas as pd
from crlm.analyses.published import estimate, figure
from crlm.display import style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
found = estimate.compare_published(
    cohort, snakemake.wildcards.endpoint, params.endpoint, params.scores, params.derived
)
for name, table in found.items():
    storage.write_table(table, output[name])
names = ("points", "expected", "curves")
tables = [storage.read_table(output[name], text=("stratum",)) for name in names]
for name, score in params.scores.items():
    shown = figure.plot_published(
        *(table[table["score"] == name] for table in tables),
        *(score, params.endpoint, params.output, params.endpoints),
        synthetic=params.synthetic,
    )
    style.save_all(shown, output[f"figure_{name}"])
