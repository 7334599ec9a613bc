"""Second computations of the recurrences: incidence, hazard and odds ratios, rates, survival afterwards."""

import numpy as np
import pandas as pd

from crlm.analyses.recurrence.after import list_comparisons
from crlm.analyses.recurrence.incidence import iterate_causes, list_compared, read_status
from crlm.analyses.recurrence.patients import read_patients
from crlm.survival.second import (
    LIFELINES,
    OWN,
    RECOUNT,
    fit_again,
    read_at,
    recount_incidence,
    recount_survival,
)

LARGE = 2000  # patients; of more the weights of everybody at every time are not written out


def check_results(cohort, plan, results):
    """Every endpoint of the plan's `recurrence`; Gray's test has no second computation."""
    settings = plan["recurrence"]
    tables = {
        name: results[f"recurrence_{name}"]
        for name in ("incidence_at", "ratios", "odds", "windows", "after")
    }
    for endpoint, spec in settings["endpoints"].items():
        mine = {name: table[table["endpoint"] == endpoint] for name, table in tables.items()}
        patients = read_patients(cohort, endpoint, spec)
        shared = patients, spec, settings["groupings"]
        found = [
            *check_incidence(mine["incidence_at"], *shared),
            *check_ratios(mine["ratios"], *shared),
            *check_odds(mine["odds"]),
            *check_rates(mine["windows"]),
            *check_after(mine["after"], *shared, settings),
        ]
        for row in found:
            yield endpoint, *row


def check_incidence(table, patients, spec, groupings):
    """Incidence and the naive 1 - Kaplan-Meier, recounted."""
    for name, _, grouping, _, groups in iterate_causes(patients, spec, groupings):
        keys = (table["classification"] == name) & (table["grouping"] == grouping)
        known = table[keys & table["incidence"].notna()]
        for group, members in groups.items():
            months, cause = members["months"].to_numpy(float), members[f"cause_{name}"].to_numpy()
            for each, rows in known[known["group"] == group].groupby("cause", sort=False):
                status = np.select([cause == each, pd.notna(cause)], [1, 2], 0)
                both = recount_incidence(months, status, 1)
                alone = recount_incidence(months, (status == 1).astype(int), 1)
                for row in rows.itertuples():
                    where = f"{name}, {grouping}: {group}"
                    what = f"incidence of {each} at {row.horizon:g} months"
                    second = read_at(*both, row.horizon, 0.0)
                    yield where, what, row.incidence, "statsmodels", second, RECOUNT
                    second = read_at(*alone, row.horizon, 0.0)
                    yield where, f"naive {what}", row.naive, "scikit-survival", second, RECOUNT


def check_ratios(table, patients, spec, groupings):
    """Cause-specific ratios by our own likelihood; of the subdistribution where the recounted score vanishes."""
    known = table[table["hazard_ratio"].notna() & (table["group"] != table["reference"])]
    for name, causes, grouping, settings, groups in iterate_causes(patients, spec, groupings):
        if len(groups) < 2:
            continue
        for cause in list_compared(name, causes):
            keys = (known["classification"] == name) & (known["grouping"] == grouping)
            mine = known[keys & (known["cause"] == cause)]
            months, status, owner = read_status(groups, f"cause_{name}", cause)
            for model, rows in mine.groupby("model", sort=False):
                if model == "cause_specific":
                    second = _refit_cause(months, status, owner, settings["groups"])
                    by = LIFELINES, OWN
                elif len(months) <= LARGE:
                    second = solve_subdistribution(months, status, owner, rows)
                    by = "own", RECOUNT
                else:
                    continue
                for row in rows.itertuples():
                    where = f"{name}, {grouping}: {row.group} vs {row.reference}"
                    what = f"hazard ratio of {cause} ({model})"
                    found = second.get(row.group, np.nan)
                    yield where, what, row.hazard_ratio, by[0], found, by[1]


def _refit_cause(months, status, owner, groups):
    frame = pd.DataFrame(
        {"cause_months": months, "cause_event": (status == 1) * 1.0, "group": owner}
    )
    found = fit_again(frame, "cause", {"group": {"kind": "categorical", "levels": groups}})
    return {level: ratio for (_, level), ratio in found.items()}


def solve_subdistribution(months, status, owner, rows):
    """{group: hazard ratio} after one step of Newton from the ratios in `rows`, all weights written out, (times, patients).

    Where the score vanishes the step is none. Patients of a group without a ratio count in the censoring alone.
    """
    groups = rows["group"].to_list()
    able = np.isin(owner, [*groups, rows["reference"].iloc[0]])
    x = np.equal.outer(owner, groups).astype(float)
    coef = np.log(rows["hazard_ratio"].to_numpy(float))
    times, events = np.unique(months[status == 1], return_counts=True)
    seen = months >= times[:, None]
    free = _count_free(months, status, times)
    own = _count_free(months, status, months)
    later = (status == 2) & ~seen
    weight = np.where(later, free[:, None] / np.where(status == 2, own, 1), seen) * able
    risk = weight * np.exp(x @ coef)
    mean = (risk @ x) / risk.sum(axis=1)[:, None]
    score = x[status == 1].sum(axis=0) - events @ mean
    share = (events / risk.sum(axis=1)) @ risk
    information = (x * share[:, None]).T @ x - (mean * events[:, None]).T @ mean
    return dict(zip(groups, np.exp(coef + np.linalg.pinv(information) @ score), strict=True))


def _count_free(months, status, at):
    """Probability of no censoring just before each of the times `at`."""
    times, lost = np.unique(months[status == 0], return_counts=True)
    kept = np.cumprod(1 - lost / (months >= times[:, None]).sum(axis=1))
    return np.append(1.0, kept)[np.searchsorted(times, at, side="left")]


def check_odds(table):
    """Odds ratios with Woolf's limits, from the counts, by statsmodels."""
    from statsmodels.stats.contingency_tables import Table2x2

    keys = ["classification", "grouping", "group", "cause"]
    counts = table.set_index(keys)[["events", "patients"]]
    for row in table[table["odds_ratio"].notna()].itertuples():
        other = counts.loc[(row.classification, row.grouping, row.reference, row.cause)]
        pairs = [(row.events, row.patients - row.events)]
        pairs += [(other["events"], other["patients"] - other["events"])]
        second = Table2x2(np.array(pairs, float), shift_zeros=False)
        where = f"{row.classification}, {row.grouping}: {row.group} vs {row.reference}"
        limits = second.oddsratio_confint()
        for what, value, again in zip(
            ("odds ratio", "lower limit of the odds ratio", "upper limit of the odds ratio"),
            (row.odds_ratio, row.lower, row.upper),
            (second.oddsratio, *limits),
            strict=True,
        ):
            yield where, f"{what} of {row.cause}", value, "own", again, "statsmodels"


def check_rates(table):
    """Exact limits of rates: from chi-squared, by statsmodels."""
    from statsmodels.stats.rates import confint_poisson

    for row in table[table["rate"].notna() & (table["events"] > 0)].itertuples():
        limits = confint_poisson(row.events, row.person_years / 100, method="exact-c")
        for end, value, again in zip(
            ("lower", "upper"), (row.lower, row.upper), limits, strict=True
        ):
            what = f"{end} limit of the rate, {row.level}"
            yield f"{row.grouping}: {row.group}", what, value, "scipy", again, "statsmodels"


def check_after(table, patients, spec, groupings, settings):
    """Survival after recurrence, and from the landmark, recounted."""
    known = table[table["survival"].notna()].groupby(["analysis", "grouping", "group"])
    bounds, landmark = settings["timing_months"], settings["landmark_months"]
    parts = list_comparisons(patients, spec, groupings, bounds, landmark) if len(known) else []
    for analysis, grouping, groups, _ in parts:
        for group, members in groups.items():
            key = analysis, grouping, group
            rows = known.get_group(key) if key in known.groups else table.head(0)
            months, event = members["after"].to_numpy(float), members["died"].to_numpy(float)
            for row in rows.itertuples():
                second = recount_survival(months, event, row.time, -np.inf)
                where, what = f"{analysis}, {grouping}: {group}", f"survival at {row.time:g} months"
                yield where, what, row.survival, "scikit-survival", second, RECOUNT
