"""The tables of the paper, as Word, Excel and CSV."""

import csv
from pathlib import Path

from crlm.display import cells, excel, word
from crlm.job import logs, storage
from crlm.report import methods, tables

logs.to_file(snakemake.log[0])
plan, folder = snakemake.params.plan, Path(snakemake.output.tables)

results = storage.read_results(dict(snakemake.input.items()), list(plan["endpoints"]))
shown = tables.build_tables(plan, results)
folder.mkdir(parents=True, exist_ok=True)
excel.write_workbook(shown, plan["study"], folder / "tables.xlsx")
word.write_document(
    shown, plan["study"], folder / "tables.docx", methods.build_methods(plan, results)
)
for table in shown:
    with open(folder / f"{table.name}.csv", "w", encoding="utf-8", newline="") as file:
        names, rows = cells.flatten(table)
        csv.writer(file, lineterminator="\n").writerows([names, *rows])
