"""Figures of the report side by side on one page, as A, B and C."""

from pathlib import Path

from crlm.display import combine, style
from crlm.job import logs

logs.to_file(snakemake.log[0])
files = {Path(file).name: Path(file) for file in snakemake.input.parts}
for name, parts in snakemake.params.panels.items():
    style.set_page(snakemake.output[name], snakemake.params.widths)
    sizes = [combine.read_size(files[f"{part}.svg"].read_text("utf-8")) for part in parts]
    for path in map(Path, snakemake.output[name]):
        form = path.name.split(".", 1)[1]
        pages = [files[f"{part}.{form}"].read_bytes() for part in parts]
        path.write_bytes(combine.combine(pages, sizes, form))
