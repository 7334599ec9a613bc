"""Every covariate univariably, the plan's models, and effects within subgroups."""

import pandas as pd
from crlm.analyses.subgroups import estimate as subgroups
from crlm.job import logs, storage
from crlm.survival import cox

logs.to_file(snakemake.log[0])
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
for place, name in enumerate(params.endpoints):
    fits = cox.fit_models(cohort, name, params.models, params.variables)
    tables = {
        "coefficients": fits.coefficients,
        "models": fits.model,
        "ph": fits.proportional_hazards,
        "schoenfeld": fits.schoenfeld,
        "influence": fits.influence,
        "influential": fits.influential,
        "subgroups": subgroups.fit_subgroups(cohort, name, params.subgroups, params.variables),
    }
    if any(model["splines"] for model in params.models.values()):
        tables |= {"spline_terms": fits.spline_terms, "spline_curves": fits.spline_curves}
    for table, rows in tables.items():
        storage.write_table(rows, output[table][place])
