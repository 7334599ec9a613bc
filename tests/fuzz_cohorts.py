"""Random cohorts for a plan: 0 to 30 patients, columns with holes, without a value, or empty in one group."""

import datetime

import pandas as pd
import yaml
from fuzz_files import write_files
from fuzz_plans import draw_plan, repair_plan
from fuzz_world import LEVELS, SkipError, World


def draw_values(name, number, groups, world):
    """The column of one variable: full, with holes, constant, empty, or empty in one group."""
    spec, chance = world.specs[name], world.random
    low, high = spec.get("plausible") or spec.get("range") or [0, 100]
    if spec.get("plausible_median"):
        low, high = spec["plausible_median"]
    if spec["kind"] in LEVELS:
        levels = spec.get("levels") or ["no", "yes"]
        values = [chance.choice(levels) for _ in range(number)]
    elif spec["kind"] == "count":
        values = [chance.randint(int(low), int(min(high, low + 8))) for _ in range(number)]
    else:
        values = [round(chance.uniform(low, min(high, low + 100)), 1) for _ in range(number)]
    if spec.get("pattern") and chance.random() < 0.4:
        values = [chance.choice([0, 50, 100]) for _ in range(number)]
    shape = chance.choice(["full"] * 4 + ["holes"] * 3 + ["constant", "empty", "one", "group"])
    if shape == "constant" and values:
        values = values[:1] * number
    if shape == "empty":
        values = [""] * number
    if shape == "one":
        values = [value if not place else "" for place, value in enumerate(values)]
    if shape == "holes":
        values = ["" if chance.random() < 0.3 else value for value in values]
    if shape == "group":
        values = [value if group else "" for value, group in zip(values, groups, strict=True)]
    return values


def draw_months(chance):
    """ASSUME made-up follow-up has a median of some 30 months and ends before today."""
    return min(150, round(chance.expovariate(1 / 40) + 0.1, 1))


def draw_rows(plan, world):
    """The cohort of a plan as a table: 0 to 30 patients, all, some or no events."""
    chance = world.random
    number = world.pick([0, 1, 2, 3, 4, 6, 10, 16, 16, 24, 24, 30, 30, 30, 30])
    share = world.pick([0, 0.2, 0.5, 0.8, 1])
    same = world.chance(0.1)
    groups = [chance.random() < 0.5 for _ in range(number)]
    table = {"id": [f"p{place + 1}" for place in range(number)]}
    shares = [name for name in world.mapped if world.specs[name].get("pattern")]
    for name in world.mapped:
        table[name] = draw_values(name, number, groups, world)
    for name in shares:
        if len(shares) > 1:  # they share one hundred
            table[name] = [round(float(v) / len(shares), 1) if v != "" else "" for v in table[name]]
    months = [24 if same else draw_months(chance) for _ in range(number)]
    died = [chance.random() < share for _ in range(number)]
    relapsed = [chance.random() < share for _ in range(number)]
    early = [
        round(time * chance.random() + 0.05, 2) if r else time
        for time, r in zip(months, relapsed, strict=True)
    ]
    early = [min(each, time) for each, time in zip(early, months, strict=True)]
    if world.by_dates:
        start = [
            datetime.date(2010, 1, 1) + datetime.timedelta(chance.randint(0, 900))
            for _ in range(number)
        ]
        after = [
            [
                s + datetime.timedelta(round(30.4375 * time))
                for s, time in zip(start, times, strict=True)
            ]
            for times in (months, early)
        ]
        table["resection_date"] = start
        table["last_contact_date"] = after[0]
        table["death_date"] = [day if d else "" for day, d in zip(after[0], died, strict=True)]
        table["recurrence_date"] = [
            day if r else "" for day, r in zip(after[1], relapsed, strict=True)
        ]
        table["referral_date"] = [
            day + datetime.timedelta(chance.choice([-90, -1, 0, 5, 200])) for day in start
        ]
    else:
        table |= {"overall_time": months, "died": [int(d) for d in died]}
        table |= {"recurrence_time": early, "recurred": [int(r) for r in relapsed]}
        table["referral_time"] = [
            round(time * chance.choice([0, 0, 0.3, 0.9]), 2) for time in early
        ]
        table["cancer_death"] = [int(d and chance.random() < 0.7) for d in died]
    return pd.DataFrame({name: table[name] for name in ["id", *[c for c in table if c != "id"]]})


def draw_lesions(plan, patients, world):
    columns = plan["growth_patterns"]["blocks"]["columns"]
    rows = []
    for patient in patients:
        for lesion in range(world.random.randint(0, 3)):
            for block in range(world.random.randint(1, 2) if "block" in columns else 1):
                share = world.pick([0, 30, 50, 100, ""])
                label = world.pick(["dHGP", "rHGP", "mixed", ""])
                row = {"id": patient, "lesion": lesion + 1, "block": block + 1, "label": label}
                rows.append(row | {"d": share, "r": "" if share == "" else 100 - share})
    names = ["id", "lesion", "block", "label", "d", "r"]
    read = [entry["column"] if isinstance(entry, dict) else entry for entry in columns.values()]
    return pd.DataFrame(rows, columns=names)[list(dict.fromkeys(read))]


def draw_events(cohort, world):
    """Recurrences and treatments in turn from the operation on, a repeated one now and then; none in some patients."""
    rows = []
    for patient in cohort.itertuples():
        day, number = patient.resection_date, 0
        while world.chance(0.6):
            day += datetime.timedelta(world.random.randint(0, 400))
            if day > patient.last_contact_date:
                break
            rows.append((patient.id, day, "RT"[number % 2]))
            rows += [(patient.id, day, "S")] if world.chance(0.2) else []
            number += 1
    rows = rows or [(each, "2011-01-01", "S") for each in cohort["id"][:1]]
    return pd.DataFrame(rows, columns=["id", "day", "what"])


def draw_study(seed):
    """(plan, {file: text}) of a seed."""
    for attempt in range(50):
        world = World(f"{seed} {attempt}")
        try:
            plan = repair_plan(draw_plan(world), world)
        except SkipError:
            continue
        if plan:
            break
    else:
        raise RuntimeError(f"seed {seed}: no plan was accepted")
    rows = draw_rows(plan, world)
    files = write_files(rows, plan, world)
    if plan.get("growth_patterns", {}).get("blocks"):
        files["data/blocks.csv"] = draw_lesions(plan, rows["id"], world).to_csv(index=False)
    for name, score in world.own_scores.items():
        files[f"config/scores/{name}.yaml"] = yaml.safe_dump(score, allow_unicode=True)
    if plan.get("disease_states", {}).get("events"):
        files["data/events.csv"] = draw_events(rows, world).to_csv(index=False)
    if plan.get("published"):
        lines = [f"Everybody,{month},{1 - month / 100}" for month in range(0, 61, 3)]
        files["config/published/trial.csv"] = "\n".join(["stratum,time_months,survival", *lines])
        lines = [f"Everybody,{month},{100 - month}" for month in range(0, 61, 12)]
        files["config/published/trial_at_risk.csv"] = "\n".join(
            ["stratum,time_months,at_risk", *lines]
        )
    return plan, files
