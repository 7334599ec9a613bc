"""Write the whole score registry as one page."""

from pathlib import Path

import yaml
from crlm.display import formats
from crlm.job import logs
from crlm.report import translation
from crlm.scores import registry

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.words, snakemake.input.code)

scores = {
    name: yaml.safe_load(Path(file).read_text("utf-8"))
    for name, file in zip(snakemake.params.names, snakemake.input.scores, strict=True)
}
dictionary = yaml.safe_load(Path(snakemake.input.dictionary).read_text("utf-8"))
template = Path(snakemake.input.template).read_text("utf-8")
page = registry.build_registry(scores, dictionary["variables"], template)
page = translation.translate_alone(page)
Path(snakemake.output.page).write_text(page, encoding="utf-8")
