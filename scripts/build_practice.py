"""Write a study for practice: the plan, and made-up tables with its columns, codes and gaps."""

import sys
from pathlib import Path

from crlm.cohort import exclusions, practice, practice_study, reading
from crlm.job import logs

logs.to_file(snakemake.log[0])
params, folder = snakemake.params, Path(snakemake.output.folder)
plan, specs = params.plan, practice.list_specs(params.plan)
if plan["dictionary"]:
    sys.exit(
        "A practice study of a REDCap export with its dictionary cannot be made: export it with labels, or as plain columns."
    )
asked = {**plan, "cohort": {**plan["cohort"], "exclusions": params.exclusions}}

tables = [reading.read_table(spec["file"], spec)[0] for spec in specs]
sources, rest = tables[: len(plan["sources"])], tables[len(plan["sources"]) :]
blocks = rest.pop(0) if plan["blocks"] else None
sources, blocks, *_ = exclusions.leave_out(sources, blocks, asked, None, [])
known = {
    name
    for cells, spec in zip(sources, specs, strict=False)
    for name in practice.list_patients(cells, spec)
}
rest = [
    practice.keep_patients(cells, spec, known)
    for cells, spec in zip(rest, specs[::-1], strict=False)
]
tables = [*sources, *([blocks] if plan["blocks"] else []), *rest]
described, first = practice.describe_tables(tables, specs, params.origin)
count = max(practice.LEAST, round(len(tables[0]), -1))
made = practice.draw_cohort(
    described, first, count, params.seed, lambda drawn: practice.find_wrong(drawn, plan)
)
files = {spec["file"]: practice_study.name_file(spec["file"]) for spec in specs}
for name, new in files.items():
    chosen = [place for place, spec in enumerate(specs) if spec["file"] == name]
    practice_study.write_file([made[p] for p in chosen], folder / new, [specs[p] for p in chosen])
text = practice_study.mark_plan(Path(snakemake.input.plan).read_text("utf-8"), files)
practice_study.write_plan(text, folder, snakemake.input.beside)
