"""What variables add to the base model, on the same patients and resamples."""

import pandas as pd
from crlm.analyses.added_value import estimate, figure
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, drawn, output = snakemake.params, snakemake.params.resampling, snakemake.output
settings = params.added_value

cohort = pd.read_parquet(snakemake.input.cohort)
drawn = drawn["resamples"], drawn["seed"], snakemake.threads
for place, (endpoint, spec) in enumerate(params.endpoints.items()):
    found = estimate.assess_additions(cohort, endpoint, settings, spec["landmarks_months"], *drawn)
    for name, table in found.items():
        storage.write_table(table, output[name][place])
    tables = [
        storage.read_table(output[name][place]) for name in ("added_value", "decision_curves")
    ]
    for name, addition in settings["additions"].items():
        style.set_page(output[f"added_value_{place}_{name}"], params.widths)
        shown = figure.plot_added_value(
            *(*tables, name, settings["base"]["label"], addition["label"], spec),
            synthetic=params.synthetic,
        )
        style.save_all(shown, output[f"added_value_{place}_{name}"], params.small_cells)
