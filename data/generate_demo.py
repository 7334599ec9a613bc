"""Make the SYNTHETIC demo cohort: every patient is drawn from a random number generator.

No row describes a real person. `python data/generate_demo.py [--patients N] [--output-dir DIR]`
writes `cohort.csv` (one row per patient), `lesions.csv` (one row per histological block) and
`events.csv` (one row per event after the resection), byte for byte the same each time.
`data/README.md` is the data dictionary, `extend_demo.py` what was added to the first cohort,
`export_demo.py` how a hospital would write it.

The order is that of the illness: patient and tumour, growth pattern, pathology of the specimen,
then two latent processes, recurrence (a hazard that falls in steps) and death (of cancer after a
recurrence, of something else at any time), seen until contact ends. The true values are then
exported as a hospital would: coded, partly missing, some below a detection limit.

A source stands in brackets: first author and year, or Ga19, Ho19, Ni22 of the project's reference
page on growth patterns. `ASSUME` marks what was invented or tuned to resemble published series.
"""

import argparse
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
from export_demo import DECIMALS, SOURCE, build_export, format_column, remove_values
from extend_demo import build_extension

# The seed, of 1-600, whose cohort lies nearest to the published figures: nearer than chance allows.
SEED, FILES = 522, ("cohort", "lesions", "events")
PATIENTS, FIRST_YEAR, LAST_YEAR = 800, 2004, 2020
DATA_LOCK, DAYS_PER_MONTH = pd.Timestamp("2022-12-31"), 30.4375

# ASSUME the three centres: share of the patients, log hazard.
CENTRE_SHARE, CENTRE_LOG_HAZARD = (0.45, 0.33, 0.22), (-0.08, 0.0, 0.12)

# ASSUME the cohort, so that the Fong score is distributed as in a modern series (7/25/38/26/3/1 %).
# Coded columns: the first code and the share of each code.
CODED = {
    "Sex": (1, (0.60, 0.40)), "ASA": (1, (0.14, 0.58, 0.28)), "pT": (1, (0.03, 0.12, 0.66, 0.19)),
    "site_primary": (1, (0.27, 0.38, 0.35)), "pN": (0, (0.42, 0.36, 0.22)),
    "grade": (1, (0.12, 0.73, 0.15)), "synchronous": (0, (0.52, 0.48)),
    "extrahepatic": (0, (0.89, 0.11)), "RAS": (0, (0.55, 0.45)), "MSI": (0, (0.96, 0.04)),
    "BRAF": (0, (0.90, 0.07, 0.03)),  # where RAS is not mutated
}  # fmt: skip
# Mean and deviation, or median and deviation of the logarithm; lowest and highest value. CRP > 10
# or NLR > 5 in about a quarter [Malik2007].
NORMAL = {
    "Age_at_LR": (64, 10.5, 27, 89), "BMI": (26, 4.2, 16, 48), "albumin_g_L": (41, 4, 22, 52),
}  # fmt: skip
LOG_NORMAL = {
    "max_size_mm": (26, 0.62, 3, 150), "CEA_ug_L": (12, 1.8, 0, 9999),
    "CA19_9": (18, 1.5, 0, 9999), "CRP_mg_L": (4, 1.05, 0.3, 180), "NLR": (2.6, 0.5, 0.5, 20),
    "ALP_U_L": (85, 0.4, 25, 600), "clear_margin_mm": (5, 1, 0.5, 45),
    "interval_months": (13.5, 0.75, 0, 128),  # metachronous, beyond two months
}  # fmt: skip
SOLITARY, NEXT_METASTASIS = 0.49, 0.62  # one metastasis; one more, from the second on
KRAS_OF_RAS = 0.90
PREOP_CHEMO_LOGIT = (-1.08, 0.9, 0.9, 0.06)  # all, synchronous, over 3 metastases, per later year

# Growth patterns: all blocks desmoplastic in 19 % (naive) and 30 % (pretreated) [Ga19], mean share
# 43 % and 67 % [Ni22]. ASSUME a logistic-normal share in the others.
PURE = (0.19, 0.30)
SHARE_LOGIT_MEAN, SHARE_LOGIT_SPREAD = (-1.25, 0.10), 1.35
LESION_SPREAD, BLOCK_SPREAD = 0.50, 0.35  # blocks agree more than lesions [Ho19]
PATTERNS = ("desmoplastic", "replacement", "pushing")
LESION_PURE = 0.10  # ASSUME: a lesion that is all desmoplastic in a patient who is not
PUSHING = 0.25  # uncommon since the criteria of 2017 [Ga19]: patients who show any
NOT_ASSESSABLE, BLOCK_NOT_ASSESSABLE = 0.06, 0.04  # ASSUME
# ASSUME one to four lesions are examined, one to three blocks of each.
LESION_SHARE, BLOCK_SHARE = (0.35, 0.30, 0.20, 0.15), (0.30, 0.50, 0.20)

# ASSUME the specimen, by growth pattern or preoperative chemotherapy: fewer positive margins and
# less invasion when the growth is desmoplastic, less viable tumour (mean, deviation) when treated.
POSITIVE_MARGIN = {"pure": 0.06, "mixed": 0.15, "replacement": 0.19}
VASCULAR_INVASION = {"pure": 0.12, "mixed": 0.24, "replacement": 0.24}
BILIARY_INVASION = {"pure": 0.08, "mixed": 0.14, "replacement": 0.14}
VIABILITY_MEAN, VIABILITY_SPREAD = (68, 45), 22

# Hazard ratios (recurrence, death of cancer after recurrence); overall survival follows from both:
# 1.3-1.7 for the items of Fong (recalled) [Fong1999], 1.6 for nodes, 1.9 for extrahepatic disease
# and poor grade, 2.0 for a positive margin [Kanas2012]. ASSUME how each divides between the two.
EFFECTS = {
    "node_positive": (1.45, 1.30), "log2_number": (1.22, 1.10), "over_5_cm": (1.40, 1.30),
    "log2_cea": (1.06, 1.07), "early_interval": (1.20, 1.10), "extrahepatic": (1.70, 1.45),
    "poor_grade": (1.40, 1.45), "margin_positive": (1.45, 1.30), "ras_mutated": (1.30, 1.35),
    "inflammation": (1.20, 1.25), "vascular_invasion": (1.20, 1.15), "serosa": (1.15, 1.10),
    "braf_v600e": (1.60, 2.00),  # the strongest determinant [Margonis2018]
    "pure_naive": (0.50, 0.48),  # 0.39 overall; 0.54 progression-free (recalled) [Ga19]
    "pure_pretreated": (0.73, 1.00),  # weaker after chemotherapy (recalled) [Ga19]
}  # fmt: skip
# ASSUME the baseline hazards per month, from each of these months on: most recurrences come within
# two years, and of the deaths after a recurrence few within half a year.
RECURRENCE_FROM, RECURRENCE_RATE = (0, 2, 12, 24, 60), (0.015, 0.038, 0.029, 0.0130, 0.004)
CANCER_DEATH_FROM, CANCER_DEATH_RATE = (0, 6, 36), (0.015, 0.035, 0.025)
OTHER_DEATH_RATE, OTHER_DEATH_PER_YEAR_OF_AGE = 0.0008, 1.09  # per month, at 64 years
POSTOPERATIVE_DEATH = 0.001  # ASSUME: below the 1.5-2.8 % of the old series [Rees2008, Fong1999]
CALENDAR_PER_YEAR = 0.98  # hazard ratio of death after recurrence, better chemotherapy; ASSUME
# ASSUME shares of liver only, extrahepatic only, both: more often several organs after replacement
# growth, the liver alone after pure desmoplastic growth.
SITE_SHARE = {
    "pure": (0.62, 0.28, 0.10), "replacement": (0.38, 0.30, 0.32), "mixed": (0.46, 0.32, 0.22),
}  # fmt: skip
# Of these three: the hazard of death, and the chance of a repeat liver resection; ASSUME.
SITE_HAZARD, REPEAT_SHARE = (1.0, 1.2, 1.8), (0.42, 0.0, 0.07)
EARLY_RECURRENCE_HAZARD = 1.5  # within 6 months: 5-year survival 27 against 49 % [Vigano2014]
ADJUVANT = 0.45  # chance of adjuvant chemotherapy; ASSUME without effect
REPEAT_HAZARD = 0.45  # 5-year survival 61 against 20 % [Imai2018]
# ASSUME per month: a later liver recurrence after an extrahepatic one, and loss to follow-up; the
# planned length of surveillance and the interval between visits.
LATER_LIVER_RATE, LOSS_RATE, VISIT_DAYS = 0.015, 0.0015, 182
SURVEILLANCE_MONTHS, SURVEILLANCE_SHARE = (60, 84, 120, 240), (0.06, 0.20, 0.36, 0.38)


def draw_normal(rng, size):
    """Standard normal values by inverse transform, which stays the same between numpy versions."""
    return np.array([NormalDist().inv_cdf(max(u, 1e-12)) for u in rng.random(size)])


def draw_level(rng, shares):
    """Index of the level drawn for each row of the probabilities `shares` (patients, levels)."""
    edges = np.cumsum(shares, axis=1)[:, :-1]
    return (rng.random(len(edges))[:, None] >= edges).sum(axis=1)


def draw_days(rng, start, rates, log_hazard):
    """Whole days to an event of piecewise constant hazard, `rates` per month from `start` on."""
    target = -np.log(1 - rng.random(len(log_hazard))) * np.exp(-np.asarray(log_hazard))
    end = np.append(start, 1200.0)  # a century stands for never
    cumulative = np.concatenate([[0.0], np.cumsum(np.diff(end) * np.array(rates))])
    return np.ceil(DAYS_PER_MONTH * np.interp(target, cumulative, end))


def add_days(dates, days, happened):
    """The dates `days` later, NaT where it has not `happened`."""
    days = pd.to_timedelta(np.where(happened, days, 0).astype(int), unit="D")
    return (dates + days).where(happened)


def build_patients(rng, n):
    """Patient, primary and liver metastases at operation: true values of `n` patients, a row each."""
    days = np.arange(f"{FIRST_YEAR}-01-01", f"{LAST_YEAR + 1}-01-01", dtype="datetime64[D]")
    table = pd.DataFrame({"dt_liver_resection": days[(len(days) * rng.random(n)).astype(int)]})
    table["year"] = table["dt_liver_resection"].dt.year
    table["Centre"] = draw_level(rng, [CENTRE_SHARE] * n)
    for column, (lowest, shares) in CODED.items():
        table[column] = lowest + draw_level(rng, [shares] * n)
    for column, (mean, spread, low, high) in NORMAL.items():
        table[column] = np.clip(mean + spread * draw_normal(rng, n), low, high)
    for column, (median, spread, low, high) in LOG_NORMAL.items():
        table[column] = np.clip(median * np.exp(spread * draw_normal(rng, n)), low, high)
    table = table.round(DECIMALS | {"max_size_mm": 0, "Age_at_LR": 0})
    extra = rng.random(n)
    nodes = np.where(table["pN"] == 1, 1 + np.floor(3 * extra**1.3), 4 + np.floor(12 * extra**2.5))
    table["n_pos_nodes"] = np.where(table["pN"] == 0, 0, nodes)
    solitary = rng.random(n) < SOLITARY + 0.06 * (1 - 2 * table["synchronous"])
    more = np.floor(np.log(1 - rng.random(n)) / np.log(NEXT_METASTASIS))
    table["n_mets"] = np.where(solitary, 1, np.minimum(2 + more, 20))
    both_lobes = np.where(solitary, 0, 0.40 + 0.05 * table["n_mets"])
    table["bilobar"] = (rng.random(n) < both_lobes).astype(int)
    table["KRAS"] = table["RAS"] * (rng.random(n) < KRAS_OF_RAS)
    table["BRAF"] = table["BRAF"].where(table["RAS"] == 0, 0)  # mutually exclusive
    always, synchronous, many, later = PREOP_CHEMO_LOGIT
    logit = always + synchronous * table["synchronous"] + many * (table["n_mets"] > 3)
    logit += later * (table["year"] - FIRST_YEAR)
    table["preop_chemo"] = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    wait = np.where(table["preop_chemo"] == 1, 100 + 160 * rng.random(n), 10 + 70 * rng.random(n))
    table["dt_CRLM"] = table["dt_liver_resection"] - np.floor(wait).astype("timedelta64[D]")
    later = (2 + table["interval_months"]) * DAYS_PER_MONTH
    same = np.maximum(0, np.floor(75 * rng.random(n)) - 44)  # 0-30 days, mostly the same day
    interval = np.where(table["synchronous"] == 1, same, np.floor(later))
    table["interval_months"] = interval / DAYS_PER_MONTH
    table["dt_primary"] = table["dt_CRLM"] - interval.astype("timedelta64[D]")
    return table.sort_values(["Centre", "dt_liver_resection"], ignore_index=True)


def build_lesions(rng, patients):
    """Percentages of the growth patterns: one row per block, NaN where it is not assessable.

    A patient without an assessable block is absent or has only such blocks."""
    n = len(patients)
    arm = patients["preop_chemo"].to_numpy()
    pure, unread = rng.random(n) < np.array(PURE)[arm], rng.random(n) < NOT_ASSESSABLE
    absent = unread & (rng.random(n) < 0.5)
    pushing_share = np.where(rng.random(n) < PUSHING, rng.random(n), 0)
    patient_logit = np.array(SHARE_LOGIT_MEAN)[arm] + SHARE_LOGIT_SPREAD * draw_normal(rng, n)
    lesions = np.minimum(patients["n_mets"].to_numpy(), 1 + draw_level(rng, [LESION_SHARE] * n))
    levels = [range(n), range(1, len(LESION_SHARE) + 1), range(1, len(BLOCK_SHARE) + 1)]
    table = pd.MultiIndex.from_product(levels, names=["patient", "lesion", "block"]).to_frame()
    patient, lesion, block = table.to_numpy().T
    each = patient * len(LESION_SHARE) + lesion - 1  # position of the lesion among all lesions
    size = each[-1] + 1
    blocks = 1 + draw_level(rng, [BLOCK_SHARE] * size)
    lesion_logit = LESION_SPREAD * draw_normal(rng, size)
    logit = patient_logit[patient] + lesion_logit[each] + BLOCK_SPREAD * draw_normal(rng, len(each))
    first = (lesion == 1) & (block == 1)  # always read, and shows it when a patient is not pure
    only = pure[patient] | ((rng.random(size) < LESION_PURE)[each] & (lesion > 1))
    desmoplastic = np.minimum(5 * np.round(20 / (1 + np.exp(-logit))), np.where(first, 95, 100))
    desmoplastic = np.where(only, 100, desmoplastic)
    pushing = 5 * np.round((100 - desmoplastic) * pushing_share[patient] / 5)
    blank = unread[patient] | (~first & (rng.random(len(each)) < BLOCK_NOT_ASSESSABLE))
    replacement = 100 - desmoplastic - pushing
    for name, values in zip(PATTERNS, (desmoplastic, replacement, pushing), strict=True):
        table[name] = np.where(blank, np.nan, values)
    kept = (lesion <= lesions[patient]) & (block <= blocks[each]) & ~absent[patient]
    return table[kept].reset_index(drop=True)


def derive_growth_pattern(lesions, patients):
    """`pure`, `replacement` (over 50 %) or `mixed`: mean of blocks, then of lesions [Ga19]."""
    means = lesions.groupby(["patient", "lesion"])[list(PATTERNS)].mean()
    means = means.groupby("patient").mean().reindex(range(len(patients)))
    pattern = np.where(means["replacement"] > 50, "replacement", "mixed")
    return np.where(means["desmoplastic"] == 100, "pure", pattern)


def build_pathology(rng, patients, pattern):
    """Margin in mm, viable tumour in percent, invasion of vessels and bile ducts."""
    n = len(patients)
    clear = patients["clear_margin_mm"]
    clear = np.where(clear < 3, np.ceil(2 * clear) / 2, np.round(clear))
    viability = np.array(VIABILITY_MEAN)[patients["preop_chemo"]]
    viability = viability + VIABILITY_SPREAD * draw_normal(rng, n)
    pattern = pd.Series(pattern)
    columns = {
        "margin_mm": np.where(rng.random(n) < pattern.map(POSITIVE_MARGIN), 0.0, clear),
        "viability_pct": np.clip(5 * np.round(viability / 5), 0, 100),
        "vasc_invasion": (rng.random(n) < pattern.map(VASCULAR_INVASION)).astype(int),
        "biliary_invasion": (rng.random(n) < pattern.map(BILIARY_INVASION)).astype(int),
    }
    return pd.DataFrame(columns)


def derive_log_hazards(patients, pattern):
    """Log hazard of recurrence and of death after it, about zero in the mean."""
    p, pure = patients, pattern == "pure"
    covariates = {
        "node_positive": p["pN"] > 0,
        "log2_number": np.log2(p["n_mets"]),
        "over_5_cm": p["max_size_mm"] > 50,
        "log2_cea": np.log2(np.maximum(p["CEA_ug_L"], 0.5)),
        "early_interval": p["interval_months"] < 12,
        "extrahepatic": p["extrahepatic"],
        "poor_grade": p["grade"] == 3,
        "margin_positive": p["margin_mm"] == 0,
        "ras_mutated": p["RAS"],
        "braf_v600e": p["BRAF"] == 1,
        "inflammation": (p["CRP_mg_L"] > 10) | (p["NLR"] > 5),
        "vascular_invasion": p["vasc_invasion"],
        "serosa": p["pT"] == 4,
        "pure_naive": pure & (p["preop_chemo"] == 0),
        "pure_pretreated": pure & (p["preop_chemo"] == 1),
    }
    matrix = np.column_stack([np.asarray(covariates[name], float) for name in EFFECTS])
    both = matrix @ np.log(np.array(list(EFFECTS.values())))
    both = both - both.mean(axis=0) + np.array(CENTRE_LOG_HAZARD)[p["Centre"], None]
    calendar = np.log(CALENDAR_PER_YEAR) * (p["year"] - (FIRST_YEAR + LAST_YEAR) / 2)
    return both[:, 0], both[:, 1] + calendar.to_numpy()


def build_outcome(rng, patients, pattern):
    """Dates and kinds of what was seen after the resection, and the treatment given."""
    n = len(patients)
    hazard, death_hazard = derive_log_hazards(patients, pattern)
    recurrence = draw_days(rng, RECURRENCE_FROM, RECURRENCE_RATE, hazard)
    site = draw_level(rng, [SITE_SHARE[name] for name in pattern])
    chance = np.array(REPEAT_SHARE)[site]
    repeat = rng.random(n) < np.where(recurrence > 180, chance, 0.5 * chance)
    death_hazard = death_hazard + np.log(SITE_HAZARD)[site] + np.log(REPEAT_HAZARD) * repeat
    death_hazard += np.log(EARLY_RECURRENCE_HAZARD) * (recurrence < 183)
    cancer = recurrence + draw_days(rng, CANCER_DEATH_FROM, CANCER_DEATH_RATE, death_hazard)
    frailty = np.log(OTHER_DEATH_PER_YEAR_OF_AGE) * (patients["Age_at_LR"] - 64)
    other = draw_days(rng, (0,), (OTHER_DEATH_RATE,), frailty + 0.5 * (patients["ASA"] == 3))
    other = np.where(rng.random(n) < POSTOPERATIVE_DEATH, np.ceil(60 * rng.random(n)), other)
    # Two random patients have a time of zero: one dies on the day, one is never seen again.
    dies, unseen = np.argsort(rng.random(n))[:2]
    other[dies] = 0
    death = np.minimum(cancer, other)
    start = patients["dt_liver_resection"]
    lock = (DATA_LOCK - start).dt.days - np.floor(VISIT_DAYS * rng.random(n))
    planned = np.array(SURVEILLANCE_MONTHS)[draw_level(rng, [SURVEILLANCE_SHARE] * n)]
    planned = np.floor(DAYS_PER_MONTH * (planned + 6 * rng.random(n) - 2))
    end = np.minimum.reduce([lock, planned, draw_days(rng, (0,), (LOSS_RATE,), np.zeros(n))])
    end[unseen] = 0
    later = draw_days(rng, (0,), (LATER_LIVER_RATE,), np.zeros(n))
    recurred = (recurrence <= end) & (recurrence <= death)
    hepatic = np.where(site == 1, recurrence + later, recurrence)
    died, seen = death <= end, np.minimum(end, death)
    # Adjuvant chemotherapy starts only in those alive and free of disease at two months.
    adjuvant = (rng.random(n) < ADJUVANT) & (np.minimum(recurrence, seen) > 60)
    mets_at_repeat = 1 + np.floor(np.log(1 - rng.random(n)) / np.log(0.4))
    repeat = recurred & repeat & (seen > recurrence + 30)
    columns = {
        "adjuvant_chemo": adjuvant.astype(int),
        "dt_recurrence": add_days(start, recurrence, recurred),
        "recurrence_site": np.where(recurred, site + 1, np.nan),
        "dt_hepatic_recurrence": add_days(start, hepatic, recurred & (hepatic <= seen)),
        "repeat_resection": repeat.astype(int),
        "n_mets_repeat": np.where(repeat, mets_at_repeat, np.nan),
        "dt_death": add_days(start, death, died),
        "cause_of_death": np.where(died, np.where(cancer <= other, 1, 2), np.nan),
        "dt_last_contact": start + pd.to_timedelta(seen.astype(int), unit="D"),
    }
    return pd.DataFrame(columns)


def build_demo(seed=SEED, size=PATIENTS):
    """(cohort, lesions, events) of `size` patients as text tables in the order of the files."""
    streams = [np.random.default_rng([seed, stage]) for stage in range(5)]
    patients = build_patients(streams[0], size)
    lesions = build_lesions(streams[1], patients)
    pattern = derive_growth_pattern(lesions, patients)
    patients = patients.join(build_pathology(streams[2], patients, pattern))
    outcome = build_outcome(streams[3], patients, pattern)
    export = build_export(patients, outcome)
    cohort = remove_values(streams[4], export, patients)
    blocks = pd.DataFrame({"PatNo": cohort["PatNo"].to_numpy()[lesions["patient"]]})
    blocks[["lesion", "block"]] = lesions[["lesion", "block"]].astype(str)
    for name in PATTERNS:
        blocks[f"pct_{name}"] = format_column(lesions[name])
    hazard = derive_log_hazards(patients, pattern)[0]
    further, events, patient = build_extension(seed, patients, outcome, pattern, hazard)
    events.insert(0, "PatNo", cohort["PatNo"].to_numpy()[patient])
    return cohort.join(further), blocks.assign(source=SOURCE), events.assign(source=SOURCE)


def write_demo(output_dir, seed=SEED, size=PATIENTS):
    """Write `cohort.csv`, `lesions.csv`, `events.csv` into the directory, made if need be."""
    output_dir.mkdir(parents=True, exist_ok=True)
    for name, table in zip(FILES, build_demo(seed, size), strict=True):
        table.to_csv(output_dir / f"{name}.csv", sep=";", index=False, lineterminator="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="write the synthetic demo cohort")
    parser.add_argument("--patients", type=int, default=PATIENTS)
    parser.add_argument("--output-dir", "--out", type=Path, default=Path(__file__).parent)
    given = parser.parse_args()
    if given.patients < 10:
        parser.error("--patients: at least 10 are needed")
    if given.patients != PATIENTS and given.output_dir == Path(__file__).parent:
        parser.error(
            "another number of patients is another cohort: name a folder, --output-dir DIR"
        )
    write_demo(given.output_dir, size=given.patients)
