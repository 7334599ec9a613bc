"""Discrimination and accuracy on the same patients, with paired bootstrap differences."""

import pandas as pd
from crlm.analyses.performance import estimate, optimism
from crlm.job import logs, storage
from crlm.scores import forecast

logs.to_file(snakemake.log[0])
name, params, threads = snakemake.wildcards.endpoint, snakemake.params, snakemake.threads

cohort = pd.read_parquet(snakemake.input.cohort)
drawn = (params.resampling["resamples"], params.resampling["seed"], threads)
predictors = forecast.attach_published(
    params.predictors, params.scores, params.endpoint, params.derived
)
found = estimate.assess_performance(cohort, name, predictors, params.horizons, *drawn)
storage.write_table(found.performance, snakemake.output.performance)
storage.write_table(found.differences, snakemake.output.differences)
corrected = [
    optimism.assess_optimism(
        cohort, name, list(spec["variables"]), spec["variables"], *drawn
    ).assign(predictor=predictor)
    for predictor, spec in params.predictors.items()
    if spec["kind"] == "model"
]
table = pd.concat(corrected) if corrected else pd.DataFrame(columns=optimism.OPTIMISM)
storage.write_table(table, snakemake.output.optimism)
