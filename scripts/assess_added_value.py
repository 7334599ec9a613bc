"""What variables add to the base model, on the same patients and resamples."""

import pandas as pd
from crlm.analyses.added_value import estimate, figure
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, drawn, output = snakemake.params, snakemake.params.resampling, snakemake.output
settings = params.added_value

found = estimate.assess_additions(
    pd.read_parquet(snakemake.input.cohort),
    snakemake.wildcards.endpoint,
    settings,
    params.endpoint["landmarks_months"],
    drawn["resamples"],
    drawn["seed"],
    snakemake.threads,
)
for name, table in found.items():
    storage.write_table(table, output[name])
measures, curves = (storage.read_table(output[name]) for name in ("added_value", "decision_curves"))
for name, addition in settings["additions"].items():
    style.set_page(output[f"figure_{name}"], params.widths)
    shown = figure.plot_added_value(
        *(measures, curves, name, settings["base"]["label"], addition["label"], params.endpoint),
        synthetic=params.synthetic,
    )
    style.save_all(shown, output[f"figure_{name}"], params.small_cells)
