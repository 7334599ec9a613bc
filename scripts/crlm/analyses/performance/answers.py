"""Which score discriminates best, in a sentence, and whether it is better than the recorded one or the first of the plan."""

from functools import partial

from crlm.analyses.performance.ranking import METRIC, find_reference, rank
from crlm.display import findings, formats
from crlm.display.keys import make_key, mark
from crlm.display.sections import Answer
from crlm.plan import phrases

LEVEL = 0.05
FITTED, TREAT_ALL = "fitted", "treat_all"  # sources of probabilities and of decision curves


def answer(plan, results):
    """The predictor with the highest C on the same patients, for the main endpoint, beside the reference (see `ranking`)."""
    name = plan["main"]["endpoint"]
    result = results["endpoints"][name]
    if not plan["performance"] or "performance" not in result:
        return
    table = rank(result["performance"])
    if len(table) < 2:
        return
    labels = {key: spec["label"] for key, spec in plan["performance"].items()}
    reference, best = find_reference(table, plan["performance"]), table.index[0]
    patients, events = (int(table[key].iloc[0]) for key in ("patients", "events"))
    common = f"the same {phrases.plural(patients, 'patient')} ({phrases.plural(events, 'event')})"
    label = plan["endpoints"][name]["label"]
    words = f"{label}: of {len(table)} scores on {common} {labels[best]} discriminated best (C {_tell(table.loc[best], name)})"
    if best == reference:
        rest = table.index[1]
        words += f", before {labels[rest]} ({_tell(table.loc[rest], name)})"
        words += _tell_difference(result["differences"], best, rest, name)
    else:
        words += f"; {labels[reference]} had {_tell(table.loc[reference], name)}"
        words += _tell_difference(result["differences"], best, reference, name)
    yield Answer(f"{words}.", f"performance_{name}_ranking", f"main_performance_{name}")


def _tell(row, endpoint):
    text = formats.format_interval(*row[["estimate", "lower", "upper"]], formats.format_ratio)
    return mark(text, make_key(endpoint, "c", row.name))


def _tell_difference(differences, best, other, endpoint):
    """What the paired difference allows to say; its p-value is adjusted for all pairs."""
    pairs = differences[differences["metric"] == METRIC]
    for pair, sign in (((best, other), 1), ((other, best), -1)):
        found = pairs[(pairs["predictor"] == pair[0]) & (pairs["versus"] == pair[1])]
        found = found[found["p_adjusted"].notna()]
        if len(found):
            row = found.iloc[0]
            limits = sorted(sign * row[key] for key in ("lower", "upper"))
            form = partial(formats.format_number, digits=3)
            estimate = formats.format_interval(sign * row["estimate"], *limits, form)
            estimate = mark(estimate, make_key(endpoint, "c", best, "vs", other))
            p = formats.state_p(row["p_adjusted"])
            p = mark(p, make_key(endpoint, "c_p", best, "vs", other))
            shown = "" if row["p_adjusted"] < LEVEL else ", not shown to be better"
            return f" (difference {estimate}, {p} adjusted for all pairs{shown})"
    return ""


def describe_figures(plan, results):
    """What is found in the figures of every endpoint."""
    for name, endpoint in plan["endpoints"].items():
        yield from answer({**plan, "main": {**plan["main"], "endpoint": name}}, results)
        result = results["endpoints"][name]
        if plan["performance"] and "performance" in result:
            for describe in (_describe_calibration, _describe_decision, _describe_differences):
                yield from describe(plan, result, name, endpoint["label"])


def _describe_calibration(plan, result, name, label):
    """Observed over expected events of the probabilities published, at the last month; without them the corrected slopes."""
    labels = {key: spec["label"] for key, spec in plan["performance"].items()}
    table = findings.keep_known(result["calibration"], "ratio", plan)
    published = table[(table["source"] != FITTED) & table["predictor"].isin(labels)]
    published = published[published["horizon"] == published["horizon"].max()]
    if len(published):
        parts = [
            (
                row["ratio"],
                f"{findings.tell_ratio(row, ('ratio', 'ratio_lower', 'ratio_upper'))} by {labels[row['predictor']]}",
            )
            for _, row in published.iterrows()
        ]
        month = published["horizon"].iloc[0]
        words = f"observed over expected risk at {month:g} months, by published probabilities: "
    else:
        slopes = result["optimism"]
        slopes = slopes[
            (slopes["metric"] == "calibration_slope") & slopes["predictor"].isin(labels)
        ]
        parts = [
            (
                row["corrected"],
                f"{formats.format_number(row['corrected'], 2)} of {labels[row['predictor']]}",
            )
            for _, row in findings.keep_known(slopes, "corrected", plan).iterrows()
        ]
        words = "slopes of calibration corrected for optimism, of models fitted in these patients: "
    if parts:
        words += findings.join_parts(parts, "predictor")
        yield Answer(f"{label}: {words}.", f"performance_{name}_calibration")


def _describe_decision(plan, result, name, label):
    """The best net benefit at the tabulated threshold at which treating all is nearest to treating nobody, at the last month."""
    labels = {key: spec["label"] for key, spec in plan["performance"].items()}
    table = findings.keep_known(result["decision"], "net_benefit", plan)
    table = table[table["lower"].notna()]
    everybody = table[table["source"] == TREAT_ALL]
    if everybody.empty:
        return
    row = everybody.loc[everybody["net_benefit"].abs().idxmin()]
    there = table[(table["threshold"] == row["threshold"]) & table["predictor"].isin(labels)]
    outside = there[there["source"] != FITTED]
    chosen = outside if len(outside) else there
    if chosen.empty:
        return
    best = chosen.loc[chosen["net_benefit"].idxmax()]
    names = ("net_benefit", "lower", "upper")
    flattered = "" if len(outside) else ", fitted in these patients, which flatters it"
    words = (
        f"net benefit at {row['horizon']:g} months of treating from a risk of {100 * row['threshold']:g}% on: "
        f"{findings.tell_number(best, names, 3)} by {labels[best['predictor']]}, the highest of the predictors{flattered}; "
        f"{findings.tell_number(row, names, 3)} of treating all and 0 of treating nobody"
    )
    yield Answer(f"{label}: {words}.", f"performance_{name}_decision")


def _describe_differences(plan, result, name, label):
    """How many pairs differ by their adjusted p-value, and the pair of the smallest."""
    labels = {key: spec["label"] for key, spec in plan["performance"].items()}
    pairs = findings.keep_known(result["differences"], "p_adjusted", plan)
    pairs = pairs[
        (pairs["metric"] == METRIC) & pairs["predictor"].isin(labels) & pairs["versus"].isin(labels)
    ]
    if pairs.empty:
        return
    clear = int((pairs["p_adjusted"] < LEVEL).sum())
    row = pairs.loc[pairs["p_adjusted"].idxmin()]
    words = (
        f"{clear} of {phrases.plural(len(pairs), 'pair')} of predictors {'differs' if clear == 1 else 'differ'} in Harrell's C "
        f"with p below {LEVEL:g} adjusted for all pairs; the smallest p, {labels[row['predictor']]} minus {labels[row['versus']]}: "
        f"{findings.tell_number(row, ('estimate', 'lower', 'upper'), 3)}, {formats.state_p(row['p_adjusted'])}"
    )
    yield Answer(f"{label}: {words}.", f"performance_{name}_differences")
