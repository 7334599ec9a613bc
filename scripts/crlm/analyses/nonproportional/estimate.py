"""Terms whose hazard ratio changes over time: ratios per window of time, restricted means, weighted log-rank tests."""

import numpy as np
import pandas as pd

from crlm.analyses.nonproportional.violations import FOUND, find_violations
from crlm.plan.models import UNIVARIABLE, choose_specs
from crlm.plan.variables import LEVEL_KINDS
from crlm.survival.cox import fit_cox
from crlm.survival.kaplan_meier import concatenate, select_patients
from crlm.survival.mean_time import compare_means, describe_group
from crlm.survival.time_windows import WINDOWS, estimate_windows
from crlm.survival.weighted_log_rank import test_largest, test_weighted

RATIOS = ["model", "variable", *WINDOWS, "change_statistic", "change_df", "change_p_value"]
MEANS = [
    *("variable", "grouping", "landmark_months", "group", "reference", "horizon"),
    *("patients", "events", "rmst", "lower", "upper"),
    *("difference", "difference_lower", "difference_upper", "p_value", "note"),
]
TESTS = [
    *("variable", "grouping", "landmark_months", "group", "reference", "patients", "events"),
    *("test", "rho", "gamma", "statistic", "p_value", "note"),
]
WEIGHTED, LARGEST = "weighted log-rank", "max-combo"
TABLES = {"violations": FOUND, "windows": RATIOS, "means": MEANS, "tests": TESTS}


def assess_violations(cohort, endpoint, ph, settings, models, variables, seed):
    """Everything about the variables shown: the tables of TABLES by name, and {(model, variable): scaled residuals}.

    settings: {level, windows_months, horizons_months: {endpoint: months}, weights, at_most, groupings, variables}; models,
    variables: of the plan; seed: of the integration behind max-combo. Ratios per window are of the model, adjusted as it is,
    splines of other covariates included; restricted means and tests compare groups as they are, from the model's landmark: levels
    of the variable, or of a number the groups that a grouping of the plan makes of it. A number is never cut here.
    """
    found = find_violations(ph, settings)
    tables = {name: [pd.DataFrame(columns=columns)] for name, columns in TABLES.items()}
    tables["violations"].append(found)
    residuals, done = {}, set()
    for row in found[found["note"].isna()].itertuples():
        model, name = models[row.model], row.variable
        names = [name] if row.model == UNIVARIABLE else model["variables"]
        fitted = choose_specs(model, names, variables)
        options = {key: model.get(key) for key in ("strata", "cluster", "landmark_months")}
        ratios, change = estimate_windows(
            cohort, endpoint, fitted, name, settings["windows_months"], options
        )
        ratios[["change_statistic", "change_df", "change_p_value"]] = change
        tables["windows"].append(ratios.assign(model=row.model, variable=name))
        fit = fit_cox(cohort, endpoint, fitted | {name: variables[name]}, **options)
        residuals[row.model, name] = fit.schoenfeld[fit.schoenfeld["variable"] == name]
        landmark = options["landmark_months"]
        if (name, landmark) not in done:
            done.add((name, landmark))
            compared = _compare_groups(
                cohort, endpoint, name, variables[name], landmark, settings, seed
            )
            for key, rows in zip(("means", "tests"), compared, strict=True):
                tables[key].append(rows.assign(variable=name, landmark_months=landmark))
    return {name: concatenate(tables[name])[columns] for name, columns in TABLES.items()}, residuals


def list_groups(name, spec, settings):
    """(grouping or None, column, groups) of every way in which the plan makes groups of a variable."""
    if spec["kind"] in LEVEL_KINDS:
        return [(None, name, spec["levels"])]
    made = settings["groupings"].get(name, {})
    return [(key, f"grouping_{key}", each["groups"]) for key, each in made.items()]


def _compare_groups(cohort, endpoint, name, spec, landmark, settings, seed):
    """Restricted means and weighted log-rank tests of all groups against the first that has patients."""
    patients = select_patients(cohort, endpoint, landmark)
    means, tests = [], []
    for grouping, column, groups in list_groups(name, spec, settings):
        members = patients[column].astype(object)
        people = {
            group: [
                patients.loc[members == group, f"{endpoint}_{part}"].to_numpy(float)
                for part in ("months", "event")
            ]
            for group in groups
        }
        people = {group: each for group, each in people.items() if len(each[0])}
        if len(people) < 2:
            why = (
                "delayed entry"
                if f"{endpoint}_entry" in cohort
                else "fewer than two groups have patients"
            )
            means.append({"grouping": grouping, "note": why})
            tests.append({"grouping": grouping, "note": why})
            continue
        reference = next(iter(people))
        label = {"grouping": grouping, "reference": reference}
        means += [
            label | row
            for row in _compare_means(people, reference, settings["horizons_months"][endpoint])
        ]
        for group in list(people)[1:]:
            rows = _compare_pair(people[reference], people[group], settings["weights"], seed)
            tests += [label | {"group": group} | row for row in rows]
    return pd.DataFrame(means, columns=MEANS), pd.DataFrame(tests, columns=TESTS)


def _compare_means(people, reference, horizons):
    for horizon in horizons:
        found = {group: describe_group(*each, horizon) for group, each in people.items()}
        for group, row in found.items():
            other = {} if group == reference else compare_means(row, found[reference])
            yield {"group": group} | row | other


def _compare_pair(reference, other, weights, seed):
    """Rows of the weighted tests of two groups, the largest of them last."""
    months, event = (np.concatenate(pair) for pair in zip(reference, other, strict=True))
    second = np.repeat([False, True], [len(reference[0]), len(other[0])])
    size = {"patients": len(months), "events": int(event.sum())}
    found = test_weighted(months, event, second, weights)
    rows = [
        {"test": WEIGHTED, "rho": rho, "gamma": gamma, "statistic": z, "p_value": p}
        for (rho, gamma), (z, p) in zip(weights, found, strict=True)
    ]
    largest = dict(
        zip(
            ("statistic", "p_value"),
            test_largest(months, event, second, weights, seed),
            strict=True,
        )
    )
    rows.append({"test": LARGEST} | largest)
    return [
        row
        | size
        | (
            {"note": "nothing to compare: no event while both groups are at risk"}
            if np.isnan(row["statistic"])
            else {}
        )
        for row in rows
    ]
