"""When and where disease comes back: every table, and two figures per endpoint and grouping."""

import pandas as pd
from crlm.analyses.recurrence import estimate, figure_hazard, figure_incidence
from crlm.display import formats, privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
for name, table in estimate.describe_recurrence(cohort, params.settings).items():
    storage.write_table(table, output[name])
names = ("incidence", "hazard", "gray")
incidence, hazard, gray = (storage.read_table(output[name]) for name in names)
incidence = privacy.join_weeks(incidence, params.small_cells)
for endpoint in params.settings["endpoints"]:
    for grouping in params.settings["groupings"]:
        shared = endpoint, grouping, params.settings, params.endpoints[endpoint]
        style.set_page(output[f"incidence_{endpoint}_{grouping}"], params.widths)
        shown = figure_incidence.plot_patterns(
            incidence, *shared, params.output, params.synthetic, gray
        )
        style.save_all(shown, output[f"incidence_{endpoint}_{grouping}"], params.small_cells)
        style.set_page(output[f"hazard_{endpoint}_{grouping}"], params.widths)
        shown = figure_hazard.plot_hazards(hazard, *shared, params.output, params.synthetic)
        style.save_all(shown, output[f"hazard_{endpoint}_{grouping}"], params.small_cells)
