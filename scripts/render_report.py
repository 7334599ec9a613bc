"""Everything on one page, in reading order; and its tables as Word, Excel and CSV."""

import csv
from pathlib import Path

from crlm.display import abbreviations, cells, excel, formats, word
from crlm.job import logs, storage
from crlm.report import build, methods, numbers, tables, translation, versions

logs.to_file(snakemake.log[0])
plan, folder = snakemake.params.plan, Path(snakemake.output.tables)
formats.use(plan["numbers"], snakemake.input.code)

results = storage.read_results(dict(snakemake.input.items()), list(plan["endpoints"]))
figures = {Path(file).stem: Path(file).read_text("utf-8") for file in snakemake.input.figures}
templates = {Path(file).name: Path(file).read_text("utf-8") for file in snakemake.input.templates}
software = versions.list_software(plan)
shown, told = tables.build_tables(plan, results), methods.build_methods(plan, results, software)
page = build.build_report(plan, results, figures, shown, told, software, templates)
keyed = numbers.build_numbers(plan, results, dict(snakemake.input.items()))
storage.write_table(keyed, snakemake.output.numbers)
folder.mkdir(parents=True, exist_ok=True)
said, told = translation.translate_tables(shown), translation.translate_methods(told)
known = translation.translate_known(abbreviations.list_known(plan))
excel.write_workbook(said, plan["study"], folder / "tables.xlsx")
word.write_document(said, plan["study"], folder / "tables.docx", told, known)
for table in shown:
    with open(folder / f"{table.name}.csv", "w", encoding="utf-8", newline="") as file:
        names, rows = cells.flatten(table)
        lines = [[storage.escape(cell) for cell in line] for line in (names, *rows)]
        csv.writer(file, lineterminator="\n").writerows(lines)
Path(snakemake.output.page).write_text(translation.translate_page(page), encoding="utf-8")
