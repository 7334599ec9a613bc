"""Hazard ratio and discrimination along the cuts, and the number as it is."""

from crlm.analyses.cutoffs import figure as figure_cutoffs
from crlm.display import style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params

names = ("histogram", "cutoffs", "maxstat", "spline", "tests")
tables = {name: storage.read_table(snakemake.input[name]) for name in names}
for name, number in params.numbers.items():
    mine = {key: table[table["variable"] == name] for key, table in tables.items()}
    figure = figure_cutoffs.plot_cutoffs(mine, number, params.endpoint, params.synthetic)
    style.save_all(figure, snakemake.output[f"cutoffs_{name}"])
