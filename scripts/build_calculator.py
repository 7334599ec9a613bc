"""Write the calculator: the scores of one patient beside published survival and this cohort's, as one page."""

from pathlib import Path

import pandas as pd
from crlm.analyses.calculator import estimate, page
from crlm.display import formats
from crlm.job import logs
from crlm.report import translation

logs.to_file(snakemake.log[0])
params = snakemake.params
formats.use(params.words, snakemake.input.code)
plan, endpoints = params.calculator, params.endpoints

cohort = pd.read_parquet(snakemake.input.cohort)
chosen = {name: endpoints[name] for name in plan["endpoints"]}
scores = {name: params.scores[name] for name in plan["scores"]}
strata = estimate.estimate_strata(cohort, scores, chosen, params.small_cells)
models = {
    name: estimate.describe_model(
        cohort,
        name,
        plan["model"]["specs"],
        spec["landmarks_months"],
        plan["model"]["strata"],
        params.small_cells,
    )
    for name, spec in chosen.items()
    if plan["model"]
}
sources = {
    key: Path(snakemake.input[key]).read_text("utf-8") for key in ("template", "engine", "script")
}
text = page.build_page(params.study, plan, scores, chosen, strata, models, sources)
text = translation.translate_alone(text)
Path(snakemake.output.page).write_text(text, encoding="utf-8")
