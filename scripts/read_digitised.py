"""Read and check the digitised curves; every finding at once."""

import pandas as pd
from crlm.analyses.published_curves import digitised
from crlm.cohort import findings, reading
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params
found, tables = [], {"points": [], "at_risk": []}

for place, (name, curve) in enumerate(params.curves.items()):
    files = {part: snakemake.input[part][place] for part in tables}
    read = {part: reading.read_table(file, {}) for part, file in files.items()}
    *typed, problems = digitised.type_curve(
        name, read, curve, params.groupings[curve["grouping"]]["groups"], files
    )
    found += problems
    for part, table in zip(tables, typed, strict=True):
        tables[part].append(table.assign(curve=name))
for part, rows in tables.items():
    storage.write_table(pd.concat(rows, ignore_index=True), snakemake.output[part])
storage.write_table(findings.tabulate_findings(found), snakemake.output.findings)
