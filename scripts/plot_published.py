"""The curves of the scores' strata with the published survival, for every endpoint they were published for."""

from crlm.analyses.published import figure
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, files, output = snakemake.params, snakemake.input, snakemake.output

for place, (endpoint, scores) in enumerate(params.compared.items()):
    paths = [files[part][place] for part in ("points", "expected", "curves")]
    tables = [storage.read_table(path, text=("stratum",)) for path in paths]
    for name in scores:
        style.set_page(output[f"figure_{endpoint}_{name}"], params.widths)
        shown = figure.plot_published(
            *(table[table["score"] == name] for table in tables),
            *(params.scores[name], params.endpoints[endpoint], params.output, params.endpoints),
            synthetic=params.synthetic,
        )
        style.save_all(shown, output[f"figure_{endpoint}_{name}"], params.small_cells)
