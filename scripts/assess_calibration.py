"""Calibration and net benefit of published and fitted probabilities on the same patients."""

import pandas as pd
from crlm.analyses.performance import calibration, decision, estimate
from crlm.job import logs, storage
from crlm.scores import forecast

logs.to_file(snakemake.log[0])
name, params, threads = snakemake.wildcards.endpoint, snakemake.params, snakemake.threads

predictors = forecast.attach_published(
    params.predictors, params.scores, params.endpoint, params.derived
)
cohort = pd.read_parquet(snakemake.input.cohort)
common = estimate.predict_common(cohort, name, predictors, params.horizons)
drawn = (params.resampling["resamples"], params.resampling["seed"], threads)
found = calibration.assess_calibration(common, *drawn)
storage.write_table(found.calibration, snakemake.output.calibration)
storage.write_table(found.curves, snakemake.output.curves)
storage.write_table(decision.assess_decisions(common, *drawn[:2]), snakemake.output.decision)
