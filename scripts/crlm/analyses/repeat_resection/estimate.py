"""Who is treated for a recurrence, and survival counted from the recurrence without credit for time spent waiting."""

import numpy as np
import pandas as pd

from crlm.analyses.repeat_resection.bias import bootstrap_bias
from crlm.analyses.repeat_resection.plan import (
    LANDMARK,
    NAIVE,
    SCORE,
    TIME_DEPENDENT,
    TREATMENT,
)
from crlm.cohort.endpoints import merge_near_ties
from crlm.cohort.event_times import has_happened, source_months
from crlm.plan.variables import NO, YES
from crlm.survival import kaplan_meier, tests
from crlm.survival.cox import fit_cox
from crlm.survival.cox_design import select_complete
from crlm.survival.kaplan_meier import TOLERANCE
from crlm.survival.time_dependent import fit_time_dependent, split_at_start

# Columns of the patients with a recurrence; no variable of a plan begins with an underscore
AFTER, START, STATE, REASON = "_after", "_start", "_treated", "_reason"
TREATED = {"kind": "binary", "levels": [NO, YES]}
BEFORE = "treated before the recurrence"

ACCOUNT = ["part", "group", "patients", "events"]
SHARES = ["grouping", "group", "patients", "treated", "share", "lower", "upper"]
SHARES += ["months_median", "months_low", "months_high", "note"]
RATIOS = ["analysis", "model", "level", "reference", "patients", "events", "missing", "coef", "se"]
RATIOS += ["hazard_ratio", "lower", "upper", "p_value", "ph_p_value", "bias_ratio"]
RATIOS += ["bias_lower", "bias_upper", "bias_resamples", "waiting_percent", "note"]
SCORES = ["group", "patients", "events", "time", "survival", "lower", "upper", "at_risk"]
SCORES += ["published", "note"]


def estimate_repeat_resection(cohort, settings, endpoint, resampling):
    """All tables of the analysis, by name: account, shares, curves, summary, survival, tests, hazard_ratios, score.

    settings: as `plan.resolve` returns them; endpoint: the spec of `settings["endpoint"]`; resampling: {resamples, seed}.
    """
    recurred = select_recurred(cohort, settings, endpoint)
    followed = recurred[recurred[REASON].isna()]
    months = settings["landmark_months"]
    at_landmark = _group_at_landmark(followed, months)
    groupings = {TREATMENT: _describe([NO, YES], months)}
    times = settings["times_months"]
    tables = kaplan_meier.estimate_groups(at_landmark, AFTER, groupings, times)
    scored = _count_from_treatment(followed, settings["score"], times)
    by_score = {SCORE: _describe(list((settings["score"] or {"groups": []})["groups"]), None, True)}
    return {
        "account": count_patients(recurred, months),
        "shares": estimate_shares(recurred, settings["groupings"]),
        **tables_named(tables),
        "tests": kaplan_meier.concatenate(
            [
                tests.compare_groups(at_landmark, AFTER, groupings),
                tests.compare_groups(scored, AFTER, by_score),
            ]
        ),
        "hazard_ratios": estimate_ratios(followed, months, settings["adjust"], resampling),
        "score": estimate_score(scored, settings["score"], by_score, times),
    }


def select_recurred(cohort, settings, endpoint):
    """The patients with a recurrence, with what counts from it in months and why somebody cannot be followed.

    New columns: months and event of AFTER (from the recurrence to the end of the endpoint), START (to the treatment, missing
    without one), STATE (yes, no, or None where it is not known) and REASON (None for those who are followed).
    """
    name = settings["endpoint"]
    came, recurrence = _read_source(cohort, endpoint, settings["recurrence"])
    got, treatment = _read_source(cohort, endpoint, settings["treatment"])
    after = cohort[f"{name}_months"] - recurrence
    start = (treatment - recurrence).where(got == YES)
    # differences of days that are equal are not equal as differences of months
    landmark = settings["landmark_months"]
    read = [landmark + each for each in settings["times_months"]]
    merged = merge_near_ties(np.concatenate([after, start]), [0, landmark, *read])
    after, start = np.split(merged, 2)
    treated = got == YES
    reasons = {
        "date of the recurrence not known": recurrence.isna(),
        "survival not known": cohort[f"{name}_event"].isna(),
        "no follow-up after the recurrence": after <= TOLERANCE,
        "not known whether treated": got.isna(),
        "treated, on a day that is not known": treated & np.isnan(start),
        BEFORE: treated & (start < -TOLERANCE),
    }
    reason = np.select(list(reasons.values()), list(reasons), default=None)
    table = cohort.assign(
        **{
            f"{AFTER}_months": after,
            f"{AFTER}_event": cohort[f"{name}_event"],
            START: start,
            STATE: got,
            REASON: reason,
        }
    )
    return table[came == YES].reset_index(drop=True)


def _read_source(cohort, endpoint, source):
    """Whether something happened (yes, no, None where it is not known), and after how many months from the origin."""
    months = source_months(cohort, endpoint, source)
    happened = has_happened(cohort, source)
    flags = [source["flag"]] if "flag" in source else source["told_by"]
    if "flag" not in source:
        happened = happened | months.notna().to_numpy()
    unknown = np.all([cohort[flag].isna() for flag in flags], axis=0) if flags else False
    state = np.where(happened, YES, np.where(unknown, None, NO))
    return pd.Series(state, cohort.index, dtype=object), months


def count_patients(recurred, landmark_months):
    """Who is in which analysis, and why the others are not: part, group (a reason or a state), patients, events."""
    followed = recurred[recurred[REASON].isna()]
    months, event, start = (
        followed[f"{AFTER}_months"],
        followed[f"{AFTER}_event"],
        followed[START],
    )
    past = months - landmark_months > TOLERANCE
    begun = start - landmark_months <= TOLERANCE
    seen = start < months - TOLERANCE
    dead = event == 1
    parts = {
        ("recurrence", "with a recurrence"): (len(recurred), None),
        **{
            ("left_out", reason): (len(rows), None)
            for reason, rows in recurred.groupby(REASON, sort=False)
        },
        ("followed", "followed from the recurrence"): (len(followed), dead.sum()),
        ("landmark", "died before the landmark"): ((~past & dead).sum(), (~past & dead).sum()),
        ("landmark", "last seen before the landmark"): ((~past & ~dead).sum(), 0),
        ("landmark", "treated by the landmark"): (
            (past & begun).sum(),
            (past & begun & dead).sum(),
        ),
        ("landmark", "not treated by the landmark"): (
            (past & ~begun).sum(),
            (past & ~begun & dead).sum(),
        ),
        ("later", "of these, treated later"): (
            (past & ~begun & seen).sum(),
            (past & ~begun & seen & dead).sum(),
        ),
    }
    rows = [(*key, *counts) for key, counts in parts.items()]
    return pd.DataFrame(rows, columns=ACCOUNT).astype({"patients": int})


def estimate_shares(recurred, groupings):
    """Share of the treated among those with a recurrence, of everybody and by group, with Wilson's 95% limits.

    Whoever is not known to be treated or not, or was treated before the recurrence, is left out. months: from the recurrence to
    the treatment, median and quartiles.
    """
    from statsmodels.stats.proportion import proportion_confint

    known = recurred[recurred[STATE].notna() & (recurred[REASON] != BEFORE)]
    rows = []
    for name, spec in {"overall": {"groups": ["all"]}, **groupings}.items():
        for group in spec["groups"]:
            rows_of = known if name == "overall" else known[known[f"grouping_{name}"] == group]
            treated, total = int((rows_of[STATE] == YES).sum()), len(rows_of)
            row = {"grouping": name, "group": group, "patients": total, "treated": treated}
            if not total:
                rows.append(row | {"note": "nobody with a recurrence"})
                continue
            low, high = proportion_confint(treated, total, method="wilson")
            row |= {"share": treated / total, "lower": low, "upper": high}
            waited = rows_of.loc[(rows_of[STATE] == YES) & (rows_of[START] >= 0), START]
            if len(waited):
                names = ("months_low", "months_median", "months_high")
                row |= dict(zip(names, waited.quantile([0.25, 0.5, 0.75]), strict=True))
            rows.append(row)
    return pd.DataFrame(rows, columns=SHARES)


def _group_at_landmark(followed, months):
    """Everybody followed, in the groups of the treatment at the landmark; who is past it is left to the curves."""
    begun = followed[START] - months <= TOLERANCE
    return followed.assign(**{f"grouping_{TREATMENT}": np.where(begun, YES, NO)})


def _describe(groups, landmark_months, ordered=False):
    return {"groups": groups, "landmark_months": landmark_months, "ordered": ordered}


def tables_named(tables):
    """The tables of `estimate_groups` under the names of the files."""
    return {
        "curves": tables["curves"],
        "summary": tables["summary"],
        "survival": tables["landmarks"],
    }


def estimate_ratios(followed, landmark_months, adjust, resampling):
    """Hazard ratios of the treated: at the landmark, in time, and by the naive analysis, which is wrong; crude and adjusted.

    Two rows per fit, of the columns RATIOS; "patients" of the time-dependent model are those with time at that level, so that
    whoever changes is in both. ph_p_value: test of proportional hazards of the treatment. bias_ratio: the naive hazard ratio
    divided by the time-dependent one; its limits are percentiles over resampled patients. waiting_percent: of the months that
    the naive analysis credits to the treated, those before the treatment. The naive analysis takes everybody who was ever treated
    as treated from the recurrence on.
    """
    months = followed[f"{AFTER}_months"]
    seen = followed[START] < months - TOLERANCE
    at_landmark, intervals, ever = list_frames(followed, landmark_months).values()
    waiting = 100 * followed.loc[seen, START].sum() / months[seen].sum() if seen.any() else np.nan
    tables = []
    for model, variables in {"crude": {}, **({"adjusted": adjust} if adjust else {})}.items():
        chosen = {STATE: TREATED, **variables}
        fits = {
            LANDMARK: fit_cox(at_landmark, AFTER, chosen, landmark_months=landmark_months),
            TIME_DEPENDENT: fit_time_dependent(intervals, AFTER, chosen),
            NAIVE: fit_cox(ever, AFTER, chosen),
        }
        found = [_list_ratios(fit).assign(analysis=name) for name, fit in fits.items()]
        table = pd.concat(found, ignore_index=True).assign(model=model)
        of_treated = table[table["level"] == YES].set_index("analysis")["hazard_ratio"]
        naive = (table["analysis"] == NAIVE) & (table["level"] == YES)
        table.loc[naive, "bias_ratio"] = of_treated[NAIVE] / of_treated[TIME_DEPENDENT]
        table.loc[naive, "waiting_percent"] = waiting
        if table.loc[naive, "bias_ratio"].notna().any():
            both = [each[select_complete(each, chosen)] for each in (ever, intervals)]
            limits = bootstrap_bias(*both, AFTER, chosen, STATE, **resampling)
            table.loc[naive, list(limits)] = list(limits.values())
        tables.append(table)
    return kaplan_meier.concatenate(tables)[RATIOS]


def list_frames(followed, landmark_months):
    """The rows of each analysis with the treatment as STATE, by its name: at the landmark, in time, naive."""
    seen = followed[START] < followed[f"{AFTER}_months"] - TOLERANCE
    begun = followed[START] - landmark_months <= TOLERANCE
    return {
        LANDMARK: followed.assign(**{STATE: np.where(begun, YES, NO)}),
        TIME_DEPENDENT: split_at_start(followed, AFTER, followed[START], STATE),
        NAIVE: followed.assign(**{STATE: np.where(seen, YES, NO)}),
    }


def _list_ratios(fit):
    """The two rows of the treatment in a model, with the test of its proportional hazards.

    Against the untreated or not at all: without a death among them the model turns its reference round.
    """
    rows = fit.coefficients[fit.coefficients["variable"] == STATE].reset_index(drop=True)
    rows = rows.assign(missing=fit.model["missing"].iloc[0], note=None)
    of_treated = rows["level"] == YES
    turned = of_treated & (rows["reference"] != NO)
    rows.loc[turned, ["coef", "se", "hazard_ratio", "lower", "upper", "p_value"]] = np.nan
    test = fit.proportional_hazards.set_index("term")["p_value"].get(STATE, np.nan)
    rows["ph_p_value"] = np.where(of_treated & rows["hazard_ratio"].notna(), test, np.nan)
    if rows.loc[of_treated, "hazard_ratio"].isna().all():
        rows.loc[of_treated, "note"] = _explain(rows.set_index("level"), fit)
    empty = ("bias_ratio", "bias_lower", "bias_upper", "bias_resamples", "waiting_percent")
    return rows.assign(**dict.fromkeys(empty, np.nan)).reindex(columns=RATIOS)


def _explain(rows, fit):
    """Why the treated have no hazard ratio, in words."""
    patients, events = rows["patients"], rows["events"]
    if not patients.sum():
        return "nobody is left to be followed"
    if not patients[YES]:
        return "nobody was treated"
    if not patients[NO]:
        return "everybody was treated"
    if not events.sum():
        return "nobody died"
    if not events[YES]:
        return "none of the treated died"
    if not events[NO]:
        return "none of the untreated died"
    notes = fit.coefficients.loc[fit.coefficients["variable"] == STATE, "note"].dropna()
    said = [note.replace(STATE, "the treatment") for note in notes]
    return "; ".join(said) or "not estimable"


def _count_from_treatment(followed, score, times):
    """Those treated, with the time from the treatment and their group by the score."""
    treated = followed[followed[START] < followed[f"{AFTER}_months"] - TOLERANCE]
    if not score or score["why"]:
        treated = treated.head(0).assign(**{f"grouping_{SCORE}": None})
    else:
        values = treated[score["variable"]]
        if not isinstance(values.dtype, pd.CategoricalDtype):
            values = values.map(lambda value: str(int(value)), na_action="ignore")
        treated = treated.assign(**{f"grouping_{SCORE}": values.astype(object)})
    months = (treated[f"{AFTER}_months"] - treated[START]).to_numpy(float)
    months = merge_near_ties(months, times)
    return treated.assign(**{f"{AFTER}_months": months})


def estimate_score(treated, score, groupings, times):
    """Survival from the treatment by the groups of the score, at the times and at those of the published figures."""
    if not score or score["why"]:
        return pd.DataFrame(columns=SCORES)
    published = score["published"]
    months = sorted({*times, *(month for known in published.values() for month in known)})
    tables = kaplan_meier.estimate_groups(treated, AFTER, groupings, months)
    summary = tables["summary"].set_index("group")[["patients", "events"]]
    found = tables["landmarks"].join(summary, on="group")
    found["published"] = [
        published.get(group, {}).get(time, np.nan) / 100
        for group, time in zip(found["group"], found["time"], strict=True)
    ]
    found["note"] = np.where(found["patients"] == 0, "no patients", None)
    beyond = (found["patients"] > 0) & found["survival"].isna()
    found.loc[beyond, "note"] = "follow-up ends before"
    return found[SCORES]
