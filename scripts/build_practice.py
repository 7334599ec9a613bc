"""Write a study for practice: the plan, and made-up tables with its columns, codes and gaps."""

import sys
from pathlib import Path

from crlm.cohort import practice, practice_study, reading
from crlm.job import logs

logs.to_file(snakemake.log[0])
params, folder = snakemake.params, Path(snakemake.output.folder)
plan, specs = params.plan, practice.list_specs(params.plan)
dictionary, beside = None, [*snakemake.input.beside, *plan["dictionary"]]
read = [reading.read_table(spec["file"], spec) for spec in specs]
if faults := [each["message"] for cells, found in read if cells.empty for each in found]:
    sys.exit(f"No practice study was made: {' '.join(faults)}")
tables = [cells for cells, _ in read]
for name in plan["dictionary"]:  # nobody's data, and beside the plan as it is
    dictionary, _ = reading.read_table(name, {})
made = practice.make_tables(tables, plan, params.exclusions, params.origin, params.seed, dictionary)
files = practice_study.write_files(made, specs, folder)
text = practice_study.mark_plan(Path(snakemake.input.plan).read_text("utf-8"), files)
practice_study.write_plan(text, folder, beside)
