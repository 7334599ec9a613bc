"""Stop at errors in the data; scores, growth patterns and groupings of the patients."""

import sys

import pandas as pd
from crlm.analyses.agreement import differences, estimate
from crlm.cohort import attrition, findings, growth_patterns
from crlm.display import formats, language
from crlm.job import logs, storage
from crlm.scores import assemble, engine

logs.to_file(snakemake.log[0])
params, plan, output = snakemake.params, snakemake.params.plan, snakemake.output
formats.use(params.words, snakemake.input.code)
if message := findings.refuse(snakemake.input.findings, language.say):
    sys.exit(message)
patients = pd.read_parquet(snakemake.input.cohort)
steps = storage.read_table(snakemake.input.exclusions)
if message := attrition.tell_nobody(steps):
    sys.exit(language.say(message))
scores = engine.compute_scores(patients, plan["scores"])
patterns = growth_patterns.classify_patterns(patients, plan["growth_patterns"])
patterns.insert(0, "patient_id", patients["patient_id"])
cohort = assemble.build_cohort(patients, scores, patterns, plan)
compared = cohort, plan["agreement"], plan["scores"]
differing = differences.list_differences(*compared)
tables = {
    "attrition": pd.concat([steps, attrition.count_endpoints(patients, params.endpoints)]),
    "scores": scores,
    "status": engine.summarise_scores(scores, plan["scores"], params.labels),
    "growth_patterns": patterns,
    "agreement": estimate.cross_scores(cohort, plan["agreement"]),
    "agreement_summary": estimate.assess_agreement(cohort, plan["agreement"]),
    "agreement_groups": differences.count_groups(*compared),
    "agreement_components": differences.count_components(differing, *compared[1:]),
    "differences": differing,
}
cohort.to_parquet(output.cohort)
for name, table in tables.items():
    storage.write_table(table, output[name])
