"""Disease states: changes between them, share of the patients in each over time, mean time in each, pathways."""

import numpy as np
import pandas as pd

from crlm.survival import occupation

LAST_SEEN = (
    "(last seen)"  # where a pathway ends without a final state; no state has brackets in its name
)
FREE = "(free)"  # the states free of disease taken together
LATER = "(later)"
STEPS = 6  # steps of a pathway that are told apart
LEAST = 10  # ASSUME: resamples of fewer patients say nothing about patients not seen

TRANSITIONS = ["grouping", "group", "from_group", "to_group", "patients", "count", "events"]
TRANSITIONS += ["person_months", "rate", "note"]
CURVES = ["grouping", "group", "state", "time", "probability", "at_risk", "events", "censored"]
SHARES = ["grouping", "group", "state", "time", "patients", "at_risk", "probability"]
SHARES += ["lower", "upper", "note"]
MEANS = ["grouping", "group", "reference", "state", "horizon", "patients", "events", "months"]
MEANS += ["lower", "upper", "difference", "difference_lower", "difference_upper", "note"]
PATHWAYS = ["step", "from_group", "to_group", "patients"]


def iterate_spells(spells, cohort, groupings):
    """Yield (grouping, group, spells of its patients) for every declared group, in declared order."""
    for name, spec in groupings.items():
        owner = spells["patient_id"].map(cohort.set_index("patient_id")[f"grouping_{name}"])
        for group in spec["groups"]:
            yield name, group, spells[owner == group].reset_index(drop=True)


def count_transitions(spells, cohort, plan):
    """Changes of state by group, columns TRANSITIONS: of the patients in a state, how many went where, and how often.

    patients: distinct ones ever in `from_group`; count: spells in it; events: spells that ended in `to_group`, the last row of
    a state those seen last in it; rate: events per 100 person-years in the state.
    """
    states, rows = plan["history"]["states"], []
    for name, group, mine in iterate_spells(spells, cohort, plan["groupings"]):
        for state in (state for state, spec in states.items() if not spec["final"]):
            here = mine[mine["state"] == state]
            months = float((here["stop"] - here["start"]).sum())
            row = {"grouping": name, "group": group, "from_group": state}
            row |= {"patients": here["patient_id"].nunique(), "count": len(here)}
            row |= {"person_months": months, "note": None if len(here) else "nobody was in it"}
            for target in [*(to for to, spec in states.items() if state in spec["after"]), ""]:
                events = int((here["next"] == target).sum())
                rate = 1200 * events / months if months and target else np.nan
                rows.append(row | {"to_group": target or LAST_SEEN, "events": events, "rate": rate})
    return pd.DataFrame(rows, columns=TRANSITIONS)


def estimate_curves(spells, cohort, plan):
    """Probability of each state at each time up to the horizon (Aalen-Johansen), columns CURVES.

    at_risk: patients in the state just before the time, for a final state all who are observed then; events: who come into it
    then; censored: seen last in it then.
    """
    states, tables = list(plan["history"]["states"]), [pd.DataFrame(columns=CURVES)]
    for name, group, mine in iterate_spells(spells, cohort, plan["groupings"]):
        if mine.empty:
            continue
        ordered = occupation.order_spells(mine, states)
        times, found = occupation.estimate_probabilities(ordered, plan["horizon_months"])
        seen = np.minimum(
            ordered["stop"], plan["horizon_months"]
        )  # who is seen beyond it, up to it
        known = [0.0, plan["horizon_months"]] if _is_complete(ordered, plan) else [0.0]
        at = np.unique(np.append(known, seen))
        probability = occupation.read_probabilities(times, found, at)[0]
        observed = [
            occupation.count_in_state(ordered, place, at).astype(int)
            for place in range(len(states))
        ]
        observed[0][0] = ordered["patients"]  # who begins is in the first state from 0 on
        for place, state in enumerate(states):
            final = plan["history"]["states"][state]["final"]
            at_risk = sum(observed) if final else observed[place]
            came = mine["next"].to_numpy() == state
            ended = (ordered["state"] == place) & (ordered["next"] < 0) & (not final)
            table = {"time": at, "probability": probability[:, place], "at_risk": at_risk}
            table |= {"events": _count_at(at, ordered["stop"][came])}
            table |= {"censored": _count_at(at, ordered["stop"][ended])}
            table = pd.DataFrame(table).assign(grouping=name, group=group, state=state)
            tables.append(table[CURVES])
    tables = [table for table in tables if len(table)] or tables[:1]
    return pd.concat(tables, ignore_index=True)


def _is_complete(ordered, plan):
    """Whether all are in a final state at the end, so that the shares are known for ever."""
    final = [spec["final"] for spec in plan["history"]["states"].values()]
    _, found = occupation.estimate_probabilities(ordered)
    return found[0, -1][final].sum() > 1 - 1e-9


def _count_at(times, moments):
    """How many of the moments fall on each of the times; later ones are not counted."""
    moments = moments[moments <= times[-1]]
    return np.bincount(np.searchsorted(times, moments), minlength=len(times))


def estimate_states(spells, cohort, plan, resamples, seed):
    """Shares in each state at the months of the plan (columns SHARES), and mean months in each (columns MEANS).

    Limits are the 2.5 and 97.5 percentiles over resamples of the patients of a group; those of a difference from the reference
    group come from resamples drawn independently in both. A number that cannot be given has its reason in `note`.
    """
    shares, means = [], []
    parts = enumerate(iterate_spells(spells, cohort, plan["groupings"]))
    # a stream of its own for each group, or the groups of a difference would be drawn alike
    found = {
        (name, group): _describe(mine, plan, resamples, [seed, number])
        for number, (name, group, mine) in parts
    }
    for (name, group), mine in found.items():
        row = {"grouping": name, "group": group}
        for place, state in enumerate(mine["states"]):
            for number, time in enumerate(plan["times_months"]):
                shares.append(row | {"state": state, **_give_share(mine, place, number, time)})
            own = row | {"state": state, "horizon": plan["horizon_months"]}
            own["reference"] = plan["groupings"][name].get("reference")
            reference = found[name, own["reference"]]
            means.append(own | _give_mean(mine, reference, place, plan["horizon_months"]))
    return pd.DataFrame(shares, columns=SHARES), pd.DataFrame(means, columns=MEANS)


def _describe(spells, plan, resamples, seed):
    """Estimates and resamples of one group: months (states,), areas (resamples, states), shares, and what limits them."""
    specs, horizon = plan["history"]["states"], plan["horizon_months"]
    states, free = list(specs), [list(specs).index(name) for name in plan["free"]]
    names = [*states, FREE] if free else states
    patients = spells["patient_id"].nunique()
    group = {"states": names, "patients": patients, "events": np.zeros(len(names), int)}
    if not patients:
        return group | {"note": "no patients", "last": 0.0, "months": None}
    ordered = occupation.order_spells(spells, states)
    at = plan["times_months"]
    entered = spells[(spells["next"] != "") & (spells["stop"] <= horizon)]["next"]
    events = [int((entered == state).sum()) for state in states]
    events[0] += patients  # everybody begins there
    events += [sum(events[place] for place in free)] if free else []

    def measure(weights=None):
        times, found = occupation.estimate_probabilities(ordered, horizon, weights)
        areas = occupation.integrate_probabilities(times, found, horizon)
        read = occupation.read_probabilities(times, found, at)
        if free:
            areas = np.column_stack([areas, areas[:, free].sum(axis=1)])
            read = np.concatenate([read, read[:, :, free].sum(axis=2, keepdims=True)], axis=2)
        return areas, read

    areas, read = measure()
    group |= {"events": np.array(events), "months": areas[0], "shares": read[0]}
    group["last"] = ordered["stop"].max()
    group["complete"] = _is_complete(ordered, plan)
    group["at_risk"] = np.array(
        [occupation.count_in_state(ordered, place, at) for place in range(len(states))]
    )
    if free:
        group["at_risk"] = np.vstack([group["at_risk"], group["at_risk"][free].sum(axis=0)])
    if patients >= LEAST:
        weights = occupation.draw_weights(patients, resamples, seed)
        group["areas"], group["drawn"] = measure(weights)
    return group


def _reach(group, time):
    """Why nothing is known of a group at a time, or None."""
    if group["months"] is None:
        return group["note"]
    if time > group["last"] and not group["complete"]:
        return f"follow-up ends at {group['last']:.2f} months"
    return None


def _limit(values):
    """Percentile limits of resamples and None, or no limits and the reason where all resamples agree."""
    lower, upper = np.percentile(values, [2.5, 97.5])
    if max(upper, -lower) < 1e-9:  # a difference may lie below 0
        return {}, "nobody came into it"
    if upper - lower < 1e-9:
        return {}, "the same in every resample"
    return {"lower": lower, "upper": upper}, None


def _give_share(group, place, number, time):
    row = {"time": time, "patients": group["patients"], "note": _reach(group, time)}
    if row["note"]:
        return row | {"at_risk": 0}
    row |= {"at_risk": int(group["at_risk"][place, number])}
    row["probability"] = group["shares"][number, place]
    limits, note = _limits_of(group, "drawn", (slice(None), number, place))
    return row | limits | {"note": note}


def _limits_of(group, key, part):
    if key not in group:
        return {}, f"no limits for fewer than {LEAST} patients"
    return _limit(group[key][part])


def _give_mean(group, reference, place, horizon):
    row = {"patients": group["patients"], "events": int(group["events"][place])}
    if note := _reach(group, horizon):
        return row | {"note": note}
    limits, note = _limits_of(group, "areas", (slice(None), place))
    row |= {"months": group["months"][place], **limits}
    if group is reference:
        return row | {"note": note}
    if why := _reach(reference, horizon):
        return row | {"note": "; ".join(filter(None, [note, f"reference group: {why}"]))}
    row["difference"] = group["months"][place] - reference["months"][place]
    if "areas" in group and "areas" in reference:
        found, _ = _limit(group["areas"][:, place] - reference["areas"][:, place])
        row |= {f"difference_{end}": value for end, value in found.items()}
    return row | {"note": note}


def count_pathways(spells, states):
    """Patients by step and change of state, columns PATHWAYS: step 1 is what follows on the first state.

    `to_group` is LAST_SEEN for those seen last in a state that is not final, LATER for what comes after the last step told apart.
    """
    rows = []
    for number in range(1, STEPS + 1):
        here = spells[spells["spell"] == number]
        target = here["next"].where(here["next"] != "", LAST_SEEN)
        target = target.where((number < STEPS) | (target == LAST_SEEN), LATER)
        counts = target.groupby([here["state"], target]).size()
        for state in states:
            for to in [*states, LATER, LAST_SEEN]:
                if count := int(counts.get((state, to), 0)):
                    rows.append((f"step {number}", state, to, count))
    return pd.DataFrame(rows, columns=PATHWAYS)
