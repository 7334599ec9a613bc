"""Changes between disease states, the share in each over time and the mean time in each, with their figures."""

import pandas as pd
from crlm.analyses.disease_states import estimate, figure, figure_pathways, figure_swimmer
from crlm.display import formats, privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output, plan = snakemake.params, snakemake.output, snakemake.params.plan
drawn, least, states = params.resampling, params.small_cells, plan["history"]["states"]

cohort = pd.read_parquet(snakemake.input.cohort)
spells = pd.read_parquet(snakemake.input.histories)
spells = spells[spells["patient_id"].isin(cohort["patient_id"])]
tables = {
    "transitions": estimate.count_transitions(spells, cohort, plan),
    "curves": estimate.estimate_curves(spells, cohort, plan),
    "pathways": estimate.count_pathways(spells, list(states)),
}
tables["shares"], tables["means"] = estimate.estimate_states(
    spells, cohort, plan, drawn["resamples"], drawn["seed"]
)
for name, table in tables.items():
    storage.write_table(table, output[name])
curves = privacy.join_weeks(storage.read_table(output.curves), least)
for name, grouping in plan["groupings"].items():
    rows = curves[curves["grouping"] == name]
    style.set_page(output[f"figure_{name}"], params.widths)
    shown = figure.plot_states(rows, grouping, plan, params.synthetic, least)
    style.save_all(shown, output[f"figure_{name}"], least)
pathways = privacy.mask(tables["pathways"], least) if least else tables["pathways"]
style.set_page(output.pathways_figure, params.widths)
shown = figure_pathways.plot_pathways(pathways, states, params.synthetic)
style.save_all(shown, output.pathways_figure, least)
if output.swimmer:
    style.set_page(output.swimmer, params.widths)
    style.save_all(figure_swimmer.plot_swimmer(spells, plan, params.synthetic), output.swimmer)
