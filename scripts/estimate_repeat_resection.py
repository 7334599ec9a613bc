"""Who is treated for a recurrence, survival after it without immortal time, the score, and liver remnants."""

import pandas as pd
from crlm.analyses.repeat_resection import estimate, figure, remnant, tables
from crlm.display import privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params, output = snakemake.params, snakemake.output
settings = params.settings

cohort = pd.read_parquet(snakemake.input.cohort)
found = estimate.estimate_repeat_resection(cohort, settings, params.endpoint)
occasions, thresholds = settings["remnant"] or {}, settings["thresholds"]
points = remnant.list_remnants(cohort, occasions)
found["remnant"], found["remnant_thresholds"] = remnant.describe_remnants(
    points, occasions, thresholds
)
for name, table in found.items():
    storage.write_table(table, output[name])
read = {name: storage.read_table(output[name]) for name in ("curves", "summary")}
shown = figure.plot_landmark(
    privacy.join_weeks(read["curves"], params.small_cells),
    read["summary"],
    tables.state_landmark(found["tests"], found["hazard_ratios"]),
    tables.name_groups(settings),
    f"Months after the landmark, {settings['landmark_months']:g} months after the recurrence",
    params.synthetic,
)
style.save_all(shown, output.figure, params.small_cells)
if occasions:
    scatter = figure.plot_remnants(points, occasions, thresholds, params.synthetic)
    style.save_all(scatter, [output.scatter])
