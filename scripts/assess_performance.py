"""Discrimination, calibration and net benefit on the same patients, with paired bootstrap differences."""

import pandas as pd
from crlm.analyses.performance import calibration, decision, estimate, optimism, own_patients
from crlm.analyses.reclassification.estimate import cross_groups
from crlm.job import logs, storage
from crlm.scores import forecast
from crlm.survival.predictors import predict_common

logs.to_file(snakemake.log[0])
params, threads = snakemake.params, snakemake.threads

cohort = pd.read_parquet(snakemake.input.cohort)
drawn = (params.resampling["resamples"], params.resampling["seed"], threads)
for place, (name, spec) in enumerate(params.endpoints.items()):
    horizons = spec["landmarks_months"]
    predictors = forecast.attach_published(params.predictors, params.scores, spec, params.derived)
    common = predict_common(cohort, name, predictors, horizons)
    measured = estimate.assess_common(common, predictors, horizons, *drawn)
    calibrated = calibration.assess_calibration(common, *drawn)
    tables = {
        "performance": measured.performance,
        "differences": measured.differences,
        "own_patients": own_patients.assess_own_patients(cohort, name, params.predictors, *drawn),
        "optimism": optimism.assess_models(cohort, name, params.predictors, *drawn),
        "calibration": calibrated.calibration,
        "curves": calibrated.curves,
        "decision": decision.assess_decisions(common, *drawn[:2]),
        "flows": cross_groups(cohort, name, params.comparisons, horizons),
    }
    for output, table in tables.items():
        storage.write_table(table, snakemake.output[output][place])
