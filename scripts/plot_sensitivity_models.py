"""Figures of the methods beside the plan's models."""

from crlm.analyses.sensitivity_models import figure
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style)
params, settings = snakemake.params, snakemake.params.sensitivity_models
names = ("models", "differences", "importance")
tables = [storage.read_table(snakemake.input[name]) for name in names]

for name, model in settings["models"].items():
    style.set_page(snakemake.output[f"figure_{name}"], params.widths)
    shown = figure.plot_sensitivity(
        *(table[table["model"] == name] for table in tables),
        model=model,
        against=settings["against"],
        variables=params.variables,
        endpoint=params.endpoint,
        synthetic=params.synthetic,
    )
    style.save_all(shown, snakemake.output[f"figure_{name}"], params.small_cells)
