"""Do the metastases of one patient have the same growth pattern, and what if another one had been scored?"""

from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import ndtr

from crlm.cohort.growth_patterns import classify_patterns
from crlm.plan.phrases import plural
from crlm.survival.dichotomy import fit_dichotomies
from crlm.survival.discrimination import resample_counts
from crlm.survival.horizons import MINIMUM_ON_A_SIDE
from crlm.survival.kaplan_meier import Z, select_patients
from crlm.survival.partial_likelihood import build_risk_sets

DRAWS = 500  # times that one metastasis per patient is drawn for the hazard ratio

ASSESSED = ["lesions", "patients", "blocks"]
CONCORDANCE = [
    *("rule", "comparison", "level", "units", "undetermined", "pairs", "concordant", "percent"),
    *("lower", "upper", "discordant_units"),
]
SPREAD = ["variable", "comparison", "from", "to", "units"]
GROUPS = ["rule", "summary", "mean_group", "group", "patients"]
HAZARDS = [
    *("endpoint", "rule", "summary", "analysis", "level", "reference", "patients", "events"),
    *("hazard_ratio", "lower", "upper", "p_value", "note"),
]


def assess_discordance(cohort, blocks, plan, rules, endpoints, resamples, seed):
    """Five tables, by name: assessed, concordance, spread, groups and hazards, with the columns above.

    cohort: with a column per rule, the group by the patient's mean; blocks: patient_id, lesion and shares, one row per block;
    plan: {patterns, worst, by, by_levels}, see `plan_cutoffs.resolve_discordance`; rules: the growth-pattern rules. Patients who
    are not in the cohort and blocks that were not assessable are left out.
    """
    patterns = plan["patterns"]
    blocks = blocks[blocks["patient_id"].isin(cohort["patient_id"])]
    blocks = blocks.dropna(subset=patterns, how="all").reset_index(drop=True)
    rules = {
        name: rule
        for name, rule in rules.items()
        if all(
            share in patterns for level in rule["levels"].values() for share in level.get("sum", [])
        )
    }
    lesions = average_lesions(blocks, patterns)
    found = classify_patterns(lesions, rules), classify_patterns(blocks, rules)
    picked = pick_lesions(lesions, plan["worst"], seed)
    return {
        "assessed": _count_assessed(lesions),
        "concordance": _assess_concordance(
            lesions, blocks, found, _list_levels(cohort, plan), resamples, seed
        ),
        "spread": _measure_spread(lesions, blocks, plan["worst"]),
        "groups": _cross_groups(cohort, lesions, found[0], picked),
        "hazards": _compare_hazards(cohort, lesions, found[0], picked, plan, rules, endpoints),
    }


def average_lesions(blocks, patterns):
    """Mean share per lesion in the order of the file: patient_id, lesion, the shares and `blocks`, their number.

    A share missing in one block of the lesion leaves its mean missing, as in `growth_patterns.average_blocks`.
    """
    keys = ["patient_id", "lesion"]
    grouped = blocks.groupby(keys, sort=False)
    shares = grouped[patterns].mean().round(10)
    gaps = blocks[patterns].isna().groupby([blocks[key] for key in keys], sort=False).any()
    shares = shares.mask(gaps.reindex(shares.index))
    return shares.assign(blocks=grouped.size()).reset_index()


def pick_lesions(lesions, worst, seed):
    """Rows of `lesions` that stand for their patient, by the name of the choice; one row per patient, or an array per draw.

    first: the first of the file. worst, best: those with the lowest and highest share, as declared; only of patients whose share
    is known in all lesions. random: DRAWS arrays, each with one row per patient.
    """
    if lesions.empty:
        return {"first": np.empty(0, int), "random": np.empty((DRAWS, 0), int)}
    codes = pd.factorize(lesions["patient_id"])[0]
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    numbers = np.diff(np.append(starts, len(codes)))
    random = np.random.default_rng(seed)
    drawn = [(random.random(len(starts)) * numbers).astype(int) for _ in range(DRAWS)]
    found = {
        "first": order[starts],
        "random": np.array([order[starts + each] for each in drawn]),
    }
    if worst:
        share = lesions[worst["variable"]].to_numpy(float)
        unknown = np.unique(codes[np.isnan(share)])
        low, high = ("worst", "best") if worst["which"] == "lowest" else ("best", "worst")
        for key, sign in ((low, 1), (high, -1)):
            rows = np.lexsort((sign * share, codes))[starts]
            found[key] = rows[~np.isin(codes[rows], unknown)]
    return found


def _count_assessed(lesions):
    numbers = lesions.groupby("patient_id")["blocks"].agg(lesions="size", blocks="sum")
    table = numbers.groupby("lesions")["blocks"].agg(patients="size", blocks="sum")
    return table.reset_index()[ASSESSED]


def _list_levels(cohort, plan):
    """The patients of each level of `by`, everybody first under the empty name."""
    found = {"": cohort["patient_id"]}
    if plan["by"]:
        for level in plan["by_levels"]:
            found[level] = cohort.loc[cohort[plan["by"]] == level, "patient_id"]
    return found


def _assess_concordance(lesions, blocks, groups, levels, resamples, seed):
    """Pairs of lesions of a patient, and of blocks of a lesion, that are given the same group, with bootstrap limits.

    Patients are resampled, because the pairs of one patient go together.
    """
    of_lesion = [blocks["patient_id"], blocks["lesion"]]
    units = {
        "lesions": (groups[0], lesions["patient_id"], lesions["patient_id"]),
        "blocks": (groups[1], blocks.groupby(of_lesion, sort=False).ngroup(), blocks["patient_id"]),
    }
    rows = []
    for rule in groups[0]:
        for comparison, (table, unit, patient) in units.items():
            counted = count_pairs(table[rule], unit, patient)
            several = counted[counted["samples"] > 1]
            for level, patients in levels.items():
                mine = several[several["patient"].isin(patients)]
                row = {"rule": rule, "comparison": comparison, "level": level}
                rows.append(row | _sum_pairs(mine, resamples, seed))
    return pd.DataFrame(rows, columns=CONCORDANCE)


def _sum_pairs(several, resamples, seed):
    """The counts of `count_pairs` in units of more than one sample, added up."""
    known = several[several["pairs"] > 0]
    row = {"units": len(known), "undetermined": len(several) - len(known)}
    row |= {"pairs": known["pairs"].sum(), "concordant": known["concordant"].sum()}
    row |= {"discordant_units": int((known["concordant"] < known["pairs"]).sum())}
    if len(known):
        per_patient = known.groupby("patient", sort=False)[["pairs", "concordant"]].sum()
        row["percent"] = 100 * row["concordant"] / row["pairs"]
        row |= _find_limits(per_patient.to_numpy(float), resamples, seed)
    return row


def count_pairs(group, unit, patient):
    """Per unit: samples, pairs of samples with a known group, pairs of the same group, and the patient."""
    table = pd.DataFrame(
        {"group": group.astype(object), "unit": np.asarray(unit), "patient": np.asarray(patient)}
    )
    found = table.groupby("unit", sort=False).agg(
        samples=("unit", "size"), patient=("patient", "first")
    )
    known = table.dropna(subset="group")
    number = known.groupby("unit", sort=False).size().reindex(found.index, fill_value=0)
    same = known.groupby(["unit", "group"], sort=False).size()
    same = (same * (same - 1) // 2).groupby("unit", sort=False).sum()
    return found.assign(
        pairs=number * (number - 1) // 2, concordant=same.reindex(found.index, fill_value=0)
    )


def _find_limits(pairs, resamples, seed):
    """Percentile limits of the share of concordant pairs; pairs: (patients, 2)."""
    if len(pairs) < 2:
        return {}
    total, same = (resample_counts(len(pairs), resamples, seed) @ pairs).T
    lower, upper = np.quantile(100 * same / total, [0.025, 0.975])
    return {"lower": lower, "upper": upper}


def _measure_spread(lesions, blocks, worst):
    """Histogram of the range of the share between the lesions of a patient, and between the blocks of a lesion."""
    rows = []
    if worst:
        name, edges = worst["variable"], np.arange(0, 101, 10)
        for comparison, table, keys in (
            ("lesions", lesions, ["patient_id"]),
            ("blocks", blocks, ["patient_id", "lesion"]),
        ):
            grouped = table.dropna(subset=name).groupby(keys, sort=False)[name]
            ends = grouped.agg(["size", "min", "max"]).query("size > 1")
            spread = np.round((ends["max"] - ends["min"]).to_numpy(float), 9)
            # 0 has a bar of its own: agreement to the per cent
            counts = [int((spread == 0).sum())]
            counts += [
                int(((spread > low) & (spread <= high)).sum()) for low, high in pairwise(edges)
            ]
            lows, highs = [0, *edges[:-1]], [0, *edges[1:]]
            rows += [(name, comparison, *each) for each in zip(lows, highs, counts, strict=True)]
    return pd.DataFrame(rows, columns=SPREAD)


def _cross_groups(cohort, lesions, groups, picked):
    """Patients by the group of their mean and the group of the lesion that stands for them.

    For a random lesion these are expected numbers: every lesion of a patient counts with the same weight.
    """
    tables = [pd.DataFrame(columns=GROUPS)]
    number = lesions.groupby("patient_id")["patient_id"].transform("size")
    for rule in groups:
        by_mean = cohort.set_index("patient_id")[rule].astype(object)
        shown = pd.DataFrame(
            {
                "mean_group": by_mean.reindex(lesions["patient_id"]).to_numpy(object),
                "group": groups[rule].astype(object),
            }
        )
        for summary, rows in picked.items():
            chosen = shown.assign(patients=1 / number) if summary == "random" else shown.iloc[rows]
            if summary != "random":
                chosen = chosen.assign(patients=1.0)
            crossed = chosen.groupby(["mean_group", "group"], dropna=False, sort=True)["patients"]
            table = crossed.sum().reset_index().assign(rule=rule, summary=summary)
            tables.append(table[GROUPS])
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else tables[0]


def _compare_hazards(cohort, lesions, groups, picked, plan, rules, endpoints):
    """Hazard ratio of every rule with two groups, by each way of choosing, on the same patients."""
    rows = []
    for name in endpoints:
        for rule in groups:
            if len(rules[rule]["levels"]) != 2:
                continue
            reference, level = rules[rule]["levels"]
            ways = _list_ways(cohort, lesions, groups[rule], picked, rule, level)
            for row in _estimate_ways(cohort, name, ways, plan):
                rows.append(
                    {"endpoint": name, "rule": rule, "level": level, "reference": reference, **row}
                )
    return pd.DataFrame(rows, columns=HAZARDS)


def _list_ways(cohort, lesions, group, picked, rule, level):
    """For each way (the mean first) a table (patients of the cohort, draws): 1 in the level, 0 not, NaN unknown."""
    is_level = (group == level).to_numpy(float)
    is_level[group.isna()] = np.nan
    mean = (cohort[rule] == level).to_numpy(float)
    mean[cohort[rule].isna()] = np.nan
    ways = {"mean": mean[:, None]}
    place = pd.Series(np.arange(len(cohort)), index=cohort["patient_id"])
    patient = place[lesions["patient_id"]].to_numpy()
    for summary, rows in picked.items():
        rows = np.atleast_2d(rows)
        table = np.full((len(cohort), len(rows)), np.nan)
        for draw, each in enumerate(rows):
            table[patient[each], draw] = is_level[each]
        ways[summary] = table
    return ways


def _estimate_ways(cohort, endpoint, ways, plan):
    """Rows of HAZARDS; complete patients are those with a group in every way."""
    complete = np.logical_and.reduce([~np.isnan(table).any(axis=1) for table in ways.values()])
    kept = cohort["patient_id"].isin(select_patients(cohort, endpoint)["patient_id"]).to_numpy()
    analyses = {"unstratified": None}
    if plan["by"]:
        analyses["stratified"] = plan["by"]
    rows = []
    for analysis, by in analyses.items():
        mine = complete & kept
        if by:
            mine = mine & cohort[by].notna().to_numpy()
        patients = cohort[mine]
        months = patients[f"{endpoint}_months"].to_numpy(float)
        event = patients[f"{endpoint}_event"].to_numpy(float)
        strata = pd.factorize(patients[by])[0] if by else None
        risk_sets = build_risk_sets(months, event, strata)
        for summary, table in ways.items():
            within = table[mine] == 1
            row = {"summary": summary, "analysis": analysis, "patients": len(patients)}
            row["events"] = int(event.sum())
            rows.append(row | _estimate(risk_sets, months, event, within))
    return rows


def _estimate(risk_sets, months, event, within):
    """Hazard ratio, averaged over the draws when there are several.

    Within-cluster resampling [@Hoffman2001]: the variance of the mean is that of a draw, averaged,
    less the variance between the draws (their mean square distance from the mean, as they are not
    all draws that there are). Where that leaves nothing the average is kept, which is conservative.
    """
    fewest = min((event @ within).min(), (event @ ~within).min()) if len(event) else 0
    if fewest < MINIMUM_ON_A_SIDE:
        return {
            "note": f"{plural(int(fewest), 'event')} on one side, fewer than {MINIMUM_ON_A_SIDE}"
        }
    fits = fit_dichotomies(risk_sets, months, event, within)
    if np.isnan(fits.coef).any():
        return {"note": "not estimable: the likelihood has no maximum"}
    coef, within, number = fits.coef.mean(), (fits.error**2).mean(), len(fits.coef)
    note = f"mean of {number} draws" if number > 1 else None
    variance = within - fits.coef.var()
    if variance <= 0:
        variance, note = within, f"{note}; limits by the average variance, conservative"
    error = np.sqrt(variance)
    return {
        "hazard_ratio": np.exp(coef),
        "lower": np.exp(coef - Z * error),
        "upper": np.exp(coef + Z * error),
        "p_value": 2 * ndtr(-abs(coef / error)) if number == 1 else np.nan,
        "note": note,
    }
