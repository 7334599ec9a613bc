"""Who is treated for a recurrence, survival after it without immortal time, the score, and liver remnants."""

import pandas as pd
from crlm.analyses.repeat_resection import estimate, figure, remnant, tables
from crlm.display import formats, privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output = snakemake.params, snakemake.output
settings, shown, least = params.settings, (params.settings, params.synthetic), params.small_cells

cohort = pd.read_parquet(snakemake.input.cohort)
found = estimate.estimate_repeat_resection(cohort, settings, params.endpoint, params.resampling)
remnants = remnant.list_remnants(cohort, settings["remnant"] or {})
found |= remnant.describe_remnants(remnants, settings["remnant"] or {}, settings["thresholds"])
for name, table in found.items():
    storage.write_table(table, output[name])
curves, summary = (storage.read_table(output[name]) for name in ("curves", "summary"))
curves = privacy.join_weeks(curves, least)
said = tables.state_landmark(found["tests"], found["hazard_ratios"])
style.set_page(output.figure, params.widths)
style.save_all(figure.plot_landmark(curves, summary, said, *shown, least), output.figure, least)
if settings["remnant"]:
    style.set_page([output.scatter], params.widths)
    style.save_all(figure.plot_remnants(remnants, *shown), [output.scatter])
