"""Read the export, leave out whom the plan excludes, and check the others; every finding at once."""

from crlm.cohort import exclusions, findings, ingest, reading
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
plan = snakemake.params.plan

raw, found = reading.read_table(snakemake.input.cohort, plan["cohort"])
blocks = None
if plan["blocks"]:
    blocks, found_in_blocks = reading.read_table(snakemake.input.blocks[0], plan["blocks"])
    found += found_in_blocks
raw, blocks, plan, steps, left = exclusions.leave_out(raw, blocks, plan)
cohort, blocks, table = ingest.ingest_cohort(raw, blocks, plan, [*found, *left])
cohort.to_parquet(snakemake.output.cohort)
blocks.to_parquet(snakemake.output.blocks)
storage.write_table(steps, snakemake.output.exclusions)
storage.write_table(table, snakemake.output.findings)
findings.write_workbook(table, snakemake.output.workbook)
