"""Where to cut a number: the hazard ratio at every cut, the best cut with a p-value that knows of the search, and no cut at all.

Everything is estimated in all patients, stratified by another variable, and within each of its levels.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr

from crlm.analyses.cutoffs import maximal_selection
from crlm.survival import splines
from crlm.survival.cox_design import prepare_values
from crlm.survival.dichotomy import fit_dichotomies
from crlm.survival.horizons import MINIMUM_EVENTS
from crlm.survival.kaplan_meier import Z, select_patients
from crlm.survival.partial_likelihood import build_risk_sets
from crlm.survival.spline_basis import place_knots, space_values, spline_basis

GRID = 101  # points of the spline's curve

WHERE = ["variable", "analysis", "level"]
CUTS = [
    *(*WHERE, "operator", "cut"),
    *("patients_below", "events_below", "patients_above", "events_above"),
    *("coef", "se", "hazard_ratio", "lower", "upper", "p_value", "p_corrected"),
    *("harrell_c", "harrell_c_lower", "harrell_c_upper", "interaction_p_value"),
    *("source", "evidence", "note"),
]
MAXSTAT = [
    *(*WHERE, "patients", "events", "cuts", "lowest", "highest", "operator", "cut", "statistic"),
    *("p_uncorrected", "p_corrected", "permutations", "note"),
]
SPLINE = [*WHERE, "value", "log_hazard_ratio", "lower", "upper"]
TESTS = [
    *(*WHERE, "patients", "events", "missing", "per", "hazard_ratio", "lower", "upper"),
    *("p_linear", "knots", "reference_value", "df", "statistic", "p_overall"),
    *("nonlinear_statistic", "p_nonlinear", "interaction_linear_p", "interaction_spline_p", "note"),
]


@dataclass(frozen=True)
class Sample:
    """The patients of one analysis as arrays."""

    analysis: str  # unstratified, stratified or within
    level: str | None
    values: np.ndarray
    scaled: np.ndarray  # as the number enters a Cox model: transformed and divided by `per`
    months: np.ndarray
    event: np.ndarray
    strata: np.ndarray
    missing: int

    def named(self, variable):
        return {"variable": variable, "analysis": self.analysis, "level": self.level}


def assess_cutoffs(cohort, endpoint, numbers, resamples, seed):
    """Four tables, by name: cutoffs, maxstat, spline and tests, with the columns CUTS, MAXSTAT, SPLINE and TESTS.

    numbers: {variable: {spec, by (or None), by_levels, search_percent, minimum_events, reference, cuts, asked}}; see
    `plan_cutoffs.resolve_cutoffs`. Cuts are the distinct values of all patients (>=) and the published ones. Nothing raises
    because of the data: what cannot be estimated is empty and has a note. A number with two values has no rows unless
    the plan asks for it (`asked`).
    """
    found = {"cutoffs": [], "maxstat": [], "spline": [], "tests": []}
    for name, number in numbers.items():
        if not number.get("asked", True) and is_dichotomous(cohort[name]):
            continue
        samples = select_samples(cohort, endpoint, name, number)
        cuts = list_cuts(samples[0].values, number["cuts"])
        parts = []
        for sample in samples:
            table, search = _assess_cuts(sample, name, cuts, number, resamples, seed)
            parts.append(table)
            found["maxstat"].append(search)
        found["cutoffs"] += _test_cuts(parts)
        curves, tests = _assess_splines(samples, name, number)
        found["spline"] += curves
        found["tests"] += tests
    columns = {"cutoffs": CUTS, "maxstat": MAXSTAT, "spline": SPLINE, "tests": TESTS}
    tables = {key: pd.DataFrame(rows, columns=columns[key]) for key, rows in found.items()}
    return {key: table.fillna({"level": ""}) for key, table in tables.items()}


def is_dichotomous(column):
    """Whether a number has two values only (a growth pattern recorded as yes or no): there is one way to cut it."""
    return column.dropna().nunique() == 2


def select_samples(cohort, endpoint, name, number):
    """The samples of a number: everybody, stratified, each level of `by`; complete patients of each."""
    patients = select_patients(cohort, endpoint)
    known = patients[name].notna() & prepare_values(patients[name], number["spec"]).notna()
    samples = [_build_sample("unstratified", None, patients, known, name, number, endpoint)]
    if number["by"]:
        labels = patients[number["by"]]
        both = known & labels.isin(number["by_levels"])
        samples.append(_build_sample("stratified", None, patients, both, name, number, endpoint))
        for level in number["by_levels"]:
            mine = patients[labels == level]
            one = known[mine.index]
            samples.append(_build_sample("within", level, mine, one, name, number, endpoint))
    return samples


def _build_sample(analysis, level, patients, known, name, number, endpoint):
    chosen = patients[known]
    codes = np.zeros(len(chosen), int)
    if analysis == "stratified":
        codes = pd.Categorical(chosen[number["by"]].astype(str), number["by_levels"]).codes
    return Sample(
        analysis,
        level,
        round_values(chosen[name].to_numpy(float)),
        prepare_values(chosen[name], number["spec"]).to_numpy(float),
        chosen[f"{endpoint}_months"].to_numpy(float),
        chosen[f"{endpoint}_event"].to_numpy(float),
        np.asarray(codes),
        int((~known).sum()),
    )


def round_values(values):
    """Values to ten figures of the largest: means of shares that differ by rounding only are one value."""
    largest = np.abs(values).max(initial=0)
    return np.round(values, int(10 - np.ceil(np.log10(largest)))) if largest > 0 else values


def list_cuts(values, published):
    """The cuts as dicts with operator, cut, source and evidence: each distinct value but the lowest, and the published ones."""
    cuts = {(">=", float(value)): {} for value in np.unique(values)[1:]}
    for item in published:
        key = item["operator"], float(item["value"])
        cuts[key] = {key: item[key] for key in ("source", "evidence")}
    return [
        {"operator": operator, "cut": cut, "source": None, "evidence": None, **facts}
        for (operator, cut), facts in sorted(
            cuts.items(), key=lambda item: (item[0][1], item[0][0] == ">")
        )
    ]


def _assess_cuts(sample, name, cuts, number, resamples, seed):
    """The rows of every cut in one sample, and the row of the search for the best."""
    above = np.zeros((len(sample.values), len(cuts)), bool)
    for place, cut in enumerate(cuts):
        edge = cut["cut"]
        above[:, place] = sample.values >= edge if cut["operator"] == ">=" else sample.values > edge
    risk_sets = build_risk_sets(sample.months, sample.event, sample.strata)
    fits = fit_dichotomies(risk_sets, sample.months, sample.event, above)
    patients, events = above.sum(axis=0), (above & (sample.event == 1)[:, None]).sum(axis=0)
    others, other_events = len(above) - patients, int(sample.event.sum()) - events
    fewest = np.minimum(events, other_events)
    usable = (fewest >= number["minimum_events"]) & ~np.isnan(fits.coef)
    search, p_corrected = _search(sample, name, cuts, above, number, resamples, seed)
    rows = []
    for place, cut in enumerate(cuts):
        row = sample.named(name) | cut
        row |= {"patients_below": others[place], "events_below": other_events[place]}
        row |= {"patients_above": patients[place], "events_above": events[place]}
        row |= {"p_corrected": p_corrected[place], "log_likelihood": fits.log_likelihood[place]}
        if usable[place]:
            row |= _describe(fits.coef[place], fits.error[place])
            c, error = fits.harrell_c[place], fits.c_error[place]
            row |= {"harrell_c": c}
            row |= {"harrell_c_lower": max(c - Z * error, 0), "harrell_c_upper": c + Z * error}
            row["harrell_c_upper"] = min(row["harrell_c_upper"], 1)
        elif fewest[place] < number["minimum_events"]:
            row["note"] = (
                f"{_count_events(fewest[place])} on one side, fewer than {number['minimum_events']}"
            )
        else:
            row["note"] = "not estimable: the likelihood has no maximum"
        rows.append(row)
    return rows, search


def _count_events(count):
    return f"{count} event{'' if count == 1 else 's'}"


def _describe(coef, error):
    return {
        "coef": coef,
        "se": error,
        "hazard_ratio": np.exp(coef),
        "lower": np.exp(coef - Z * error),
        "upper": np.exp(coef + Z * error),
        "p_value": 2 * ndtr(-abs(coef / error)),
    }


def _search(sample, name, cuts, above, number, permutations, seed):
    """The maximally selected statistic between two shares of the patients, and the corrected p of every cut searched."""
    lowest, highest = (percent / 100 for percent in number["search_percent"])
    size = len(sample.values)
    row = sample.named(name) | {"patients": size, "events": int(sample.event.sum())}
    row |= {"lowest": number["search_percent"][0], "highest": number["search_percent"][1]}
    below = size - above.sum(axis=0)
    inner = (below >= max(1, int(size * lowest))) & (below <= int(size * highest))
    inner &= np.array([cut["operator"] == ">=" for cut in cuts], bool)
    # a published > is the same division as some >=, so that it shares its p
    nothing = np.full(len(cuts), np.nan)
    searched = np.flatnonzero(inner)
    # of cuts that make the same division the highest, a value that a patient has
    searched = searched[np.diff(below[searched], append=size + 1) > 0]
    row["cuts"] = len(searched)
    if sample.event.sum() < MINIMUM_EVENTS or not len(searched):
        few = sample.event.sum() < MINIMUM_EVENTS
        row["note"] = f"fewer than {MINIMUM_EVENTS} events" if few else "no cut within these shares"
        return row, nothing
    scores = maximal_selection.score_log_rank(sample.months, sample.event, sample.strata)
    statistics, mean, error = maximal_selection.standardise_sums(scores, sample.strata, ~above)
    searched = searched[~np.isnan(statistics[searched])]
    if not len(searched):
        return row | {"note": "no cut separates patients"}, nothing
    maxima = maximal_selection.permute_maximum(
        scores,
        sample.strata,
        ~above[:, searched],
        mean[searched],
        error[searched],
        permutations,
        seed,
    )
    p_corrected = maximal_selection.correct_p_values(statistics, maxima)
    within = np.isin(below, below[searched])
    best = searched[
        np.argmax(np.abs(statistics[searched]) > np.abs(statistics[searched]).max() - 1e-9)
    ]
    largest = abs(statistics[best])
    row |= {"operator": cuts[best]["operator"], "cut": cuts[best]["cut"], "statistic": largest}
    row |= {
        "p_uncorrected": maximal_selection.p_uncorrected(largest),
        "p_corrected": p_corrected[best],
        "permutations": permutations,
    }
    return row, np.where(within, p_corrected, np.nan)


def _test_cuts(parts):
    """All rows; the stratified ones with the p of the interaction with the strata, where every level has an estimate."""
    if len(parts) > 1:
        levels = parts[2:]
        for place, row in enumerate(parts[1]):
            mine = [rows[place] for rows in levels]
            if len(mine) > 1 and all("coef" in each for each in [row, *mine]):
                whole = sum(each["log_likelihood"] for each in mine)
                _, p_value = splines.compare_likelihoods(
                    whole, row["log_likelihood"], len(mine) - 1
                )
                row["interaction_p_value"] = p_value
    return [row for rows in parts for row in rows]


def _assess_splines(samples, name, number):
    """Rows of the curves and of the tests of a number as it is, in every sample, with the knots of all patients."""
    values = samples[0].values
    knots, note = place_knots(values) if len(values) else (np.empty(0), "no patient has a value")
    # on the scale of the model, where the number may be a logarithm
    scaled = _scale(knots, number)
    reference = number["reference"]
    if reference is None and len(values):
        reference = float(np.median(values))
    curves, tests, fits = [], [], []
    for sample in samples:
        row = sample.named(name) | {
            "patients": len(sample.values),
            "events": int(sample.event.sum()),
            "missing": sample.missing,
            "per": number["spec"].get("per") or 1,
            "reference_value": reference,
            "knots": "; ".join(f"{knot:.6g}" for knot in knots),
            "note": note,
        }
        linear = smooth = None
        if sample.event.sum() < MINIMUM_EVENTS:
            row["note"] = f"fewer than {MINIMUM_EVENTS} events"
        else:
            arguments = sample.months, sample.event, sample.strata
            linear = splines.fit_columns(sample.scaled[:, None], *arguments)
            if len(knots):
                smooth = splines.fit_columns(spline_basis(sample.scaled, scaled), *arguments)
            if linear is None or (len(knots) and smooth is None):
                row["note"] = "not estimable: the values do not vary enough"
        if linear:
            ratio = _describe(linear.coef[0], np.sqrt(linear.variance[0, 0]))
            row |= {key: ratio[key] for key in ("hazard_ratio", "lower", "upper")}
            row["p_linear"] = splines.compare_likelihoods(linear.log_likelihood, linear.null, 1)[1]
        if smooth:
            df = len(smooth.coef)
            row["df"] = df
            row["statistic"], row["p_overall"] = splines.compare_likelihoods(
                smooth.log_likelihood, smooth.null, df
            )
            if linear:
                row["nonlinear_statistic"], row["p_nonlinear"] = splines.compare_likelihoods(
                    smooth.log_likelihood, linear.log_likelihood, df - 1
                )
            grid = space_values(sample.values.min(), sample.values.max(), GRID, number["spec"])
            curve = splines.trace_curve(
                smooth,
                scaled,
                _scale(grid, number),
                _scale([reference], number)[0],
            )
            curves += [
                sample.named(name)
                | dict(zip(("value", "log_hazard_ratio", "lower", "upper"), point, strict=True))
                for point in zip(grid, *curve, strict=True)
            ]
        tests.append(row)
        fits.append((linear, smooth))
    if len(fits) > 3:
        for place, key in enumerate(("interaction_linear_p", "interaction_spline_p")):
            whole, *levels = (each[place] for each in fits[1:])
            if whole and all(levels):
                df = len(whole.coef) * (len(levels) - 1)
                total = sum(each.log_likelihood for each in levels)
                tests[1][key] = splines.compare_likelihoods(total, whole.log_likelihood, df)[1]
    return curves, tests


def _scale(values, number):
    """Values on the scale of the model."""
    return prepare_values(pd.Series(values, dtype=float), number["spec"]).to_numpy()
