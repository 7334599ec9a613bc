"""How often lesions and blocks agree, and how far they differ."""

from crlm.analyses.discordance import figure as figure_discordance
from crlm.display import style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params

figure = figure_discordance.plot_discordance(
    storage.read_table(snakemake.input.concordance),
    storage.read_table(snakemake.input.spread),
    params.discordance,
    {name: rule["label"] for name, rule in params.rules.items()},
    params.synthetic,
)
style.save_all(figure, snakemake.output.discordance)
