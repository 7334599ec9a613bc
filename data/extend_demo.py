"""What the demo cohort was extended by: treatments, events after the resection, liver and markers.

All of it is drawn after the cohort of `generate_demo.py`, from random streams of its own, so that no
older column changes when a newer one is added. SYNTHETIC like the rest. **None of these columns acts
on survival**: the outcome was drawn before them. What goes with the outcome does so because it was
drawn to (a treatment by its indication, a marker by the recurrence that followed). All of it is
`ASSUME`: invented, in the order of magnitude of published series.
"""

import numpy as np
import pandas as pd

DAYS_PER_MONTH = 30.4375
# Treatment of the first recurrence, as exported: its code, and its name in the table of events.
REPEAT, LOCAL, SYSTEMIC, NONE = 1, 2, 3, 4
KIND = {REPEAT: "resection", LOCAL: "local", SYSTEMIC: "systemic"}
# Shares of local, systemic and no treatment where the liver was not resected again: recurrence in
# one organ more than 6 months after the treatment before it, and any other.
TREATMENT_SHARE = ((0.30, 0.50, 0.20), (0.08, 0.60, 0.32))
DELAY_DAYS = {REPEAT: (15, 165), LOCAL: (15, 135), SYSTEMIC: (7, 80)}  # earliest, longest after it
LOCAL_INCOMPLETE = 0.12  # of the local treatments: the patient is not free of disease after it
NEXT_FROM, NEXT_RATE = (0, 12, 36), (0.050, 0.025, 0.008)  # next recurrence, per month
LIVER_AGAIN = 0.55  # of the next recurrences; a resection of the liver again in a third of those
SEVERAL_ORGANS, REPEAT_AGAIN, ROUNDS = 0.20, 0.33, 4

# Regimens from these years on, with their share; FOLFOXIRI in the younger with many metastases.
REGIMENS = ("mFOLFOX6", "CAPEOX", "FOLFIRI", "FOLFOXIRI")
REGIMEN_SHARE = ((0.45, 0.27, 0.20, 0.08), (0.25, 0.15, 0.20, 0.40))
CYCLES = {"mFOLFOX6": 6, "CAPEOX": 4, "FOLFIRI": 6, "FOLFOXIRI": 6}  # the most frequent number
# Bevacizumab and anti-EGFR with the chemotherapy, logits: all, over 3 metastases, over 5 cm,
# extrahepatic disease, RAS mutated. So bevacizumab is given to the worse prognosis.
BEVACIZUMAB_FROM, BEVACIZUMAB_LOGIT = 2005, (-1.7, 1.1, 0.8, 1.0, 0.9)
ANTI_EGFR_FROM, ANTI_EGFR = 2008, 0.30  # of the RAS wild types without bevacizumab
RESPONSE, RESPONSE_SHARE = ("CR", "PR", "SD", "PD"), (0.04, 0.50, 0.40, 0.06)
CIRRHOTIC, INJURED_PER_CYCLE = 0.03, 0.045  # share of livers
LIVER_ML = (1550, 230)  # mean and deviation
EMBOLISED_BELOW = 32  # %, mostly; the remnant grows by 5-15 points
# Microvessel density (median vessels per mm2, deviation of the logarithm) by growth pattern.
VESSELS, VESSELS_SPREAD = {"pure": 62, "mixed": 50, "replacement": 38}, 0.35

COLUMNS = """
    recurrence_organs recurrence_treatment dt_recurrence_treatment dt_repeat_resection
    max_size_repeat_mm FLR_repeat_pct FLR_repeat_mL resected_with_primary preop_regimen
    preop_cycles bevacizumab anti_EGFR RECIST liver_health PVE FLR_pct FLR_mL MVD MMP7_ug_L
    TROP2_pct ctDNA_postop
"""
# Probability of a missing value, blank in every centre.
MISSING = {
    "preop_cycles": 0.05, "RECIST": 0.06, "FLR_pct": 0.08, "FLR_mL": 0.08, "liver_health": 0.05,
    "MVD": 0.15, "MMP7_ug_L": 0.20, "TROP2_pct": 0.20,
}  # fmt: skip
CTDNA_FROM, CTDNA_MISSING = 2012, 0.35


def draw_normal(rng, size):
    """Standard normal values (Box and Muller), which stay the same between numpy versions."""
    radius = np.sqrt(-2 * np.log(1 - rng.random(size)))
    return radius * np.cos(2 * np.pi * rng.random(size))


def draw_waiting(uniform, hazard):
    """Days to the next recurrence after a treatment: hazard in steps, times exp(`hazard`)."""
    target = -np.log(1 - uniform) * np.exp(-hazard)
    end = np.append(NEXT_FROM, 1200.0)
    cumulative = np.concatenate([[0.0], np.cumsum(np.diff(end) * np.array(NEXT_RATE))])
    return int(np.ceil(DAYS_PER_MONTH * np.interp(target, cumulative, end)))


def choose_treatment(number, uniform, recurrence, patient):
    """Kind of treatment of the recurrence of this `number` (0 the first): a code as exported.

    `recurrence`: organs, whether the liver has it, days since the treatment before it."""
    organs, in_liver, since = recurrence
    if number == 0 and patient["repeat"]:
        return REPEAT
    if number > 0 and in_liver and organs == 1 and uniform < REPEAT_AGAIN:
        return REPEAT if patient["repeat"] else LOCAL
    shares = TREATMENT_SHARE[0 if organs == 1 and since > 183 else 1]
    return LOCAL + int(np.searchsorted(np.cumsum(shares)[:-1], uniform, side="right"))


def follow_patient(patient, uniforms):
    """Events of one patient who recurred: list of (day, kind, organs, in the liver), by day.

    `patient`: recurrence, hepatic (NaN: none), end (days from the resection), site (1-3), repeat,
    died_of_cancer, hazard. `uniforms`: (ROUNDS, 5). A patient who dies of the cancer dies with
    disease; one whose first recurrence in the liver is a later one recurs there on that day."""
    events, day, since, end = [], patient["recurrence"], patient["recurrence"], patient["end"]
    several = uniforms[0, 0] < SEVERAL_ORGANS
    organs = 2 + int(uniforms[0, 0] < 0.3) if patient["site"] == 3 else 1
    organs = 2 if patient["site"] == 2 and several else organs
    in_liver = patient["site"] != 2
    for number in range(ROUNDS):
        events.append((day, "recurrence", organs, in_liver))
        if number == ROUNDS - 1:
            break
        what, when, success, wait, where = uniforms[number]
        if number == 0:
            what = uniforms[0, 1]
        treatment = choose_treatment(number, what, (organs, in_liver, since), patient)
        if treatment == NONE:
            break
        first, longest = DELAY_DAYS[treatment]
        if treatment == REPEAT and number == 0:
            longest = min(longest, end - day - 10 - first)  # it is known to have been done
        treated = day + first + int(when * longest)
        later_liver = patient["hepatic"] if patient["hepatic"] > day else np.inf
        if treated > end - 5:
            break
        free = treatment in (REPEAT, LOCAL) and treated < later_liver
        free &= treatment == REPEAT or success >= LOCAL_INCOMPLETE
        kind = KIND[treatment] + ("" if free or treatment == SYSTEMIC else " incomplete")
        events.append((treated, kind, organs, in_liver))
        if not free:
            break
        following = treated + draw_waiting(wait, patient["hazard"])
        if later_liver < np.inf:
            following = int(later_liver)
        elif patient["died_of_cancer"] and following >= end:
            following = treated + max(1, int((end - treated) * (0.3 + 0.6 * wait)))
        if following > end or (following == end and later_liver == np.inf):
            break
        may_be_liver = not np.isnan(patient["hepatic"])
        in_liver = following == later_liver or (may_be_liver and where < LIVER_AGAIN)
        organs = 1 if where < 1 - SEVERAL_ORGANS else 2
        day, since = following, following - treated
    return events


def build_events(rng, patients, outcome, hazard):
    """One row per event after the resection: patient (position), dt_event, event, organs, liver."""
    start = patients["dt_liver_resection"]
    days = {name: (outcome[f"dt_{name}"] - start).dt.days for name in ("recurrence", "death")}
    uniforms = rng.random((len(patients), ROUNDS, 5))
    rows = []
    for number in np.flatnonzero(days["recurrence"].notna()):
        row = outcome.iloc[number]
        patient = {
            "recurrence": int(days["recurrence"][number]),
            "hepatic": (row["dt_hepatic_recurrence"] - start[number]).days,
            "end": (row["dt_last_contact"] - start[number]).days,
            "site": row["recurrence_site"],
            "repeat": row["repeat_resection"] == 1,
            "died_of_cancer": row["cause_of_death"] == 1,
            "hazard": 0.5 * hazard[number],
        }
        events = follow_patient(patient, uniforms[number])
        rows += [(number, *event) for event in events]
    rows += [(number, int(days["death"][number]), "death", np.nan, np.nan)
             for number in np.flatnonzero(days["death"].notna())]  # fmt: skip
    table = pd.DataFrame(rows, columns=["patient", "day", "event", "organs", "in_liver"])
    table = table.sort_values(["patient", "day"], kind="stable", ignore_index=True)
    dates = start.to_numpy()[table["patient"]] + pd.to_timedelta(table["day"], unit="D")
    return table.assign(dt_event=pd.Series(dates, table.index))


def summarise_recurrences(events, outcome, start):
    """Organs and treatment of the first recurrence, one row per patient: code, date of it."""
    n = len(outcome)
    table = pd.DataFrame(np.nan, range(n), ["recurrence_organs", "recurrence_treatment"])
    table["dt_recurrence_treatment"] = pd.Series(pd.NaT, range(n), dtype=start.dtype)
    own = events[events["event"] != "death"].groupby("patient")
    first, second = own.nth(0).set_index("patient"), own.nth(1).set_index("patient")
    codes = {f"{name}{end}": code for code, name in KIND.items() for end in ("", " incomplete")}
    table["recurrence_organs"] = first["organs"].reindex(range(n))
    treated = second["event"].map(codes).reindex(range(n))
    recurred = outcome["dt_recurrence"].notna().to_numpy()
    table["recurrence_treatment"] = treated.where(~recurred, treated.fillna(NONE))
    table["dt_recurrence_treatment"] = second["dt_event"].reindex(range(n)).where(treated.notna())
    repeat = treated == REPEAT
    table["dt_repeat_resection"] = table["dt_recurrence_treatment"].where(repeat)
    return table


def build_chemotherapy(rng, patients):
    """Preoperative regimen, cycles, antibodies, response: by indication, in the pretreated only."""
    n, treated = len(patients), patients["preop_chemo"] == 1
    many, large = patients["n_mets"] > 3, patients["max_size_mm"] > 50
    intensive = (patients["Age_at_LR"] < 70) & many
    edges = np.cumsum(REGIMEN_SHARE, axis=1)[intensive.astype(int), :-1]
    regimen = np.array(REGIMENS)[(rng.random(n)[:, None] >= edges).sum(axis=1)]
    cycles = np.array([CYCLES[name] for name in regimen]) + np.round(1.6 * draw_normal(rng, n))
    one = np.ones(n)
    logit = np.column_stack([one, many, large, patients["extrahepatic"], patients["RAS"]])
    chance = 1 / (1 + np.exp(-(logit.astype(float) @ np.array(BEVACIZUMAB_LOGIT))))
    bevacizumab = (rng.random(n) < chance) & treated & (patients["year"] >= BEVACIZUMAB_FROM)
    egfr = (rng.random(n) < ANTI_EGFR) & treated & (patients["RAS"] == 0) & ~bevacizumab
    egfr &= patients["year"] >= ANTI_EGFR_FROM
    response = np.array(RESPONSE)[np.searchsorted(np.cumsum(RESPONSE_SHARE)[:-1], rng.random(n))]
    columns = {
        "preop_regimen": np.where(treated, regimen, "none"),
        "preop_cycles": np.where(treated, np.clip(cycles, 2, 12), 0),
        "bevacizumab": bevacizumab.astype(int),
        "anti_EGFR": egfr.astype(int),
        "RECIST": np.where(treated, response, ""),
    }
    return pd.DataFrame(columns)


def build_liver(rng, patients, cycles):
    """Health of the liver, portal vein embolisation, future liver remnant in % and mL."""
    n = len(patients)
    draw = rng.random(n)
    injured = draw < CIRRHOTIC + INJURED_PER_CYCLE * cycles
    health = np.select([draw < CIRRHOTIC, injured], [3, 2], 1)
    burden = np.log2(patients["n_mets"]) + patients["max_size_mm"] / 40 + 1.5 * patients["bilobar"]
    remnant = np.clip(74 - 9 * burden + 11 * draw_normal(rng, n), 16, 96)
    embolised = (remnant < EMBOLISED_BELOW) & (rng.random(n) < 0.8)
    remnant = np.round(remnant + np.where(embolised, 5 + 10 * rng.random(n), 0))
    volume = np.clip(LIVER_ML[0] + LIVER_ML[1] * draw_normal(rng, n), 900, 2400)
    columns = {"liver_health": health, "PVE": embolised.astype(int), "FLR_pct": remnant}
    return pd.DataFrame(columns).assign(FLR_mL=10 * np.round(remnant * volume / 1000))


def build_repeat(rng, outcome, liver):
    """Largest metastasis and future liver remnant at the repeat resection, NaN without one."""
    n, repeat = len(outcome), outcome["repeat_resection"] == 1
    size = np.clip(np.round(22 * np.exp(0.5 * draw_normal(rng, n))), 4, 110)
    burden = np.log2(outcome["n_mets_repeat"]) + size / 40
    remnant = np.clip(np.round(80 - 9 * burden + 10 * draw_normal(rng, n)), 18, 96)
    volume = liver["FLR_mL"] / liver["FLR_pct"] * (0.9 + 0.15 * rng.random(n))
    columns = {"max_size_repeat_mm": size, "FLR_repeat_pct": remnant}
    table = pd.DataFrame(columns).assign(FLR_repeat_mL=10 * np.round(remnant * volume / 10))
    return table.where(repeat)


def build_markers(rng, patients, outcome, pattern, hazard):
    """Microvessel density by growth pattern; MMP7 with the prognosis, TROP2 with nothing; ctDNA.

    Circulating tumour DNA after the operation stands mostly in those who recur within two years."""
    n = len(patients)
    vessels = pd.Series(pattern).map(VESSELS) * np.exp(VESSELS_SPREAD * draw_normal(rng, n))
    days = (outcome["dt_recurrence"] - patients["dt_liver_resection"]).dt.days
    early = (days < 24 * DAYS_PER_MONTH).to_numpy()
    mmp7 = 6 * np.exp(0.25 * hazard + 0.25 * early + 0.5 * draw_normal(rng, n))
    trop2 = np.clip(5 * np.round(8 + 5 * draw_normal(rng, n)), 0, 100)
    positive = rng.random(n) < np.where(early, 0.50, 0.07)
    tested = (patients["year"] >= CTDNA_FROM) & (rng.random(n) >= CTDNA_MISSING)
    columns = {"MVD": np.round(vessels, 1), "MMP7_ug_L": np.round(mmp7, 1), "TROP2_pct": trop2}
    return pd.DataFrame(columns).assign(ctDNA_postop=np.where(tested, positive, np.nan))


def format_values(values):
    """One column as the hospital writes it, empty where there is nothing."""
    if values.dtype.kind == "M":
        return values.dt.strftime("%d.%m.%Y").fillna("")
    if values.dtype.kind not in "iufb":
        return values.astype(str)
    digits = 1 if values.name in ("MVD", "MMP7_ug_L") else 0
    return pd.Series(["" if np.isnan(v) else f"{v:.{digits}f}" for v in values.astype(float)])


def build_extension(seed, patients, outcome, pattern, hazard):
    """(further columns of the cohort, events) as text, in the order of `patients`.

    `hazard`: log hazard of recurrence of each patient, array (patients,). The events stand under
    the position of their patient, column `patient`."""
    streams = [np.random.default_rng([seed, stage]) for stage in range(10, 16)]
    start = patients["dt_liver_resection"]
    events = build_events(streams[0], patients, outcome, hazard)
    table = summarise_recurrences(events, outcome, start)
    chemotherapy = build_chemotherapy(streams[1], patients)
    liver = build_liver(streams[2], patients, chemotherapy["preop_cycles"].to_numpy())
    table = table.join([chemotherapy, liver, build_repeat(streams[3], outcome, liver)])
    wait = (start - patients["dt_CRLM"]).dt.days
    same = (patients["synchronous"] == 1) & (streams[5].random(len(start)) < 0.35) & (wait < 150)
    table = table.assign(resected_with_primary=same.astype(int))
    table = table.join(build_markers(streams[4], patients, outcome, pattern, hazard))
    text = pd.DataFrame({name: format_values(table[name]) for name in COLUMNS.split()})
    for name, rate in MISSING.items():
        text[name] = text[name].mask(streams[5].random(len(text)) < rate, "")
    text["FLR_mL"] = text["FLR_mL"].mask(text["FLR_pct"] == "", "")
    where = events["in_liver"].map({True: "liver", False: "elsewhere"}).fillna("")
    where = where.mask((where == "liver") & (events["organs"] > 1), "liver and elsewhere")
    listed = pd.DataFrame({"dt_event": format_values(events["dt_event"]), "event": events["event"]})
    return (
        text,
        listed.assign(organs=format_values(events["organs"]), site=where),
        events["patient"],
    )
