"""Which predictors the long tables are about: that which discriminates best, the reference, and no more than can be read."""

METRIC = "harrell_c"
MOST = 12  # more predictors are not read one by one


def rank(performance):
    """The rows of Harrell's C by predictor, best first, of those that can be compared.

    performance: performance/{endpoint}.csv. Models and levels fitted in these patients are left out, since that flatters them; so
    are the groups of a score whose points are there.
    """
    table = performance[(performance["metric"] == METRIC) & performance["estimate"].notna()]
    table = table[~table["calibrated_in_cohort"].astype(bool)].set_index("predictor")
    doubled = [
        name for name in table.index if name.removesuffix("_group") in table.index.drop(name)
    ]
    return table.drop(doubled).sort_values("estimate", ascending=False, kind="stable")


def find_reference(ranked, predictors):
    """The recorded score, or else the first of the plan, among those ranked; None without any."""
    known = [name for name in predictors if name in ranked.index]
    recorded = [name for name in known if predictors[name].get("recorded")]
    return next(iter([*recorded, *known]), None)


def choose(performance, predictors):
    """The predictors that a table of several rows each lists: all of a few; of more the models, the reference and the best others.

    Returns (names in the order of the plan, a note; empty when nothing is left out).
    """
    if len(predictors) <= MOST:
        return list(predictors), ""
    ranked = rank(performance)
    models = [name for name, spec in predictors.items() if spec["kind"] == "model"]
    first = find_reference(ranked, predictors)
    wanted = [*([first] if first else []), *models, *ranked.index, *predictors]
    kept = set(list(dict.fromkeys(wanted))[:MOST])
    note = (
        f"Listed are {MOST} of {len(predictors)} predictors: the reference, the models, then those with the highest C. The others "
        "are in the result files."
    )
    return [name for name in predictors if name in kept], note
