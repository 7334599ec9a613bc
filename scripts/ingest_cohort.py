"""Read and check the export; every finding at once."""

from crlm.cohort import findings, ingest, reading, value_labels
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
plan = snakemake.params.plan

raw, found = reading.read_table(snakemake.input.cohort, plan["cohort"])
found += value_labels.check_value_labels(snakemake.input.cohort, plan["columns"])
blocks = None
if plan["blocks"]:
    blocks, found_in_blocks = reading.read_table(snakemake.input.blocks[0], plan["blocks"])
    found += found_in_blocks
cohort, blocks, table = ingest.ingest_cohort(raw, blocks, plan, found)
cohort.to_parquet(snakemake.output.cohort)
blocks.to_parquet(snakemake.output.blocks)
storage.write_table(table, snakemake.output.findings)
findings.write_workbook(table, snakemake.output.workbook)
