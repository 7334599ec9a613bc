"""Declared interactions: the test, the effect of one variable at the levels of another, a forest per variable."""

import pandas as pd
from crlm.analyses.cox import figure_subgroups as forest
from crlm.analyses.interactions.estimate import estimate_interactions
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
for place, (endpoint, spec) in enumerate(params.endpoints.items()):
    found = estimate_interactions(cohort, endpoint, params.interactions, params.variables)
    storage.write_table(found, output.interactions[place])
    found = storage.read_table(output.interactions[place])
    for name, item in params.interactions.items():
        rows = found[found["analysis"] == name]
        style.set_page(output[f"interactions_{place}_{name}"], params.widths)
        shown = forest.plot_subgroups(
            *(rows, item, params.variables, spec, params.synthetic, params.small_cells),
            what="interactions",
        )
        style.save_all(shown, output[f"interactions_{place}_{name}"], params.small_cells)
