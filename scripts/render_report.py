"""Everything on one page, in reading order."""

from pathlib import Path

from crlm.job import logs, storage
from crlm.report import build, versions

logs.to_file(snakemake.log[0])
plan = snakemake.params.plan

results = storage.read_results(dict(snakemake.input.items()), list(plan["endpoints"]))
figures = {Path(file).stem: Path(file).read_text("utf-8") for file in snakemake.input.figures}
templates = {Path(file).name: Path(file).read_text("utf-8") for file in snakemake.input.templates}
page = build.build_report(plan, results, figures, versions.list_versions(), templates)
Path(snakemake.output.page).write_text(page, encoding="utf-8")
