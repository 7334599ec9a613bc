"""Every covariate univariably, the plan's models, and effects within subgroups."""

import pandas as pd
from crlm.analyses.subgroups import estimate as subgroups
from crlm.job import logs, storage
from crlm.survival import cox

logs.to_file(snakemake.log[0])
name, params = snakemake.wildcards.endpoint, snakemake.params

cohort = pd.read_parquet(snakemake.input.cohort)
fits = cox.fit_models(cohort, name, params.models, params.variables)
storage.write_table(fits.coefficients, snakemake.output.coefficients)
storage.write_table(fits.model, snakemake.output.models)
storage.write_table(fits.proportional_hazards, snakemake.output.ph)
storage.write_table(fits.schoenfeld, snakemake.output.schoenfeld)
storage.write_table(fits.influence, snakemake.output.influence)
storage.write_table(fits.influential, snakemake.output.influential)
if any(model["splines"] for model in params.models.values()):
    storage.write_table(fits.spline_terms, snakemake.output.spline_terms)
    storage.write_table(fits.spline_curves, snakemake.output.spline_curves)
effects = subgroups.fit_subgroups(cohort, name, params.subgroups, params.variables)
storage.write_table(effects, snakemake.output.subgroups)
