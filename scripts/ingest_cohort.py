"""Read the export, leave out whom the plan excludes, and check the others; every finding at once."""

from crlm.cohort import exclusions, findings, histories, ingest, reading, sources, value_labels
from crlm.display import formats, language
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
plan = snakemake.params.plan
plan["cohort"]["exclusions"] = snakemake.params.exclusions
formats.use(snakemake.params.words, snakemake.input.code)
raw, found, found_beside = [], [], []
for path, spec in zip(snakemake.input.cohort, plan["sources"], strict=True):
    cells, found_in_source = reading.read_table(path, spec)
    found_in_source += value_labels.check_value_labels(
        path, spec["columns"], spec.get("missing", [])
    )
    raw.append(cells)
    found += sources.name_findings(found_in_source, spec["name"])
blocks = dictionary = events = None
for path, name in zip(snakemake.input.dictionary, plan["dictionary"], strict=True):
    dictionary, found_in_dictionary = reading.read_table(path, {})
    found_beside += sources.name_findings(found_in_dictionary, name)
if plan["blocks"]:
    blocks, found_in_blocks = reading.read_table(snakemake.input.blocks[0], plan["blocks"])
    blocks, plan["blocks"], found_in_keys = sources.split_keys(blocks, plan["blocks"])
    found_in_keys += value_labels.check_block_labels(snakemake.input.blocks[0], plan["blocks"])
    found_beside += [*found_in_blocks, *found_in_keys]
raw, blocks, plan, steps, found = exclusions.leave_out(raw, blocks, plan, dictionary, found)
cohort, blocks, table = ingest.ingest_cohort(raw, blocks, plan, [*found, *found_beside], dictionary)
found = []
for path in snakemake.input.events:
    events, found = reading.read_table(path, plan["history"]["events"])
    found += value_labels.check_event_labels(path, plan["history"])
spells, found_in_events = histories.read_histories(cohort, events, plan)
table = findings.add_findings(table, [*found, *found_in_events])
for made, name in ((cohort, "cohort"), (spells, "histories"), (blocks, "blocks")):
    made.to_parquet(snakemake.output[name])
storage.write_table(steps, snakemake.output.exclusions)
storage.write_table(table, snakemake.output.findings)
findings.write_workbook(table, snakemake.output.workbook, language.say)
