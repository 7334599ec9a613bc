"""Endpoints that contradict each other: a longer recurrence-free survival, two times of one death, a death that one does not know."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.chronology import check_chronology, check_nesting

DAY = 12 / 365.25
DEATH = {"death": {"duration": "gone", "flag": "died"}}
BACK = {"back_again": {"duration": "back", "flag": "recurred"}}


def endpoint(label, events, competing=None, origin=None, censoring=None):
    return {
        "label": label,
        "origin": origin,
        "events": events,
        "competing": competing or {},
        "censoring": censoring or {"visit": {"duration": "seen"}},
        "horizon_months": None,
    }


def mark(sources, terminal=True):
    return {name: {**source, "terminal": terminal} for name, source in sources.items()}


OS, RFS = endpoint("OS", mark(DEATH)), endpoint("RFS", mark(DEATH) | mark(BACK, False))


def patients(count=1, **columns):
    """Everybody is censored at month 30 in every endpoint, where nothing else is given."""
    cohort = pd.DataFrame({"patient_id": list("ABCDEFGHIJ"[:count])}, index=range(2, count + 2))
    for name in ("os", "rfs", "x"):
        cohort[[f"{name}_months", f"{name}_event"]] = 30.0, 0.0
        cohort[f"{name}_reason"] = "visit"
    for name in ("gone", "back", "seen", "died_at"):
        cohort[name] = np.nan
    cohort["died"] = cohort["recurred"] = "no"
    cohort = cohort.assign(**columns)
    for name in ("died", "recurred"):
        cohort[name] = pd.Categorical(cohort[name], ["no", "yes"])
    return cohort


def tell(found):
    return [
        (item["severity"], item["rule"], item["row"], item["patient_id"], item["column"], item["value"], item["message"])
        for item in found
    ]  # fmt: skip


NESTED = [
    ({"rfs_months": 30 + 1.01 * DAY}, True),
    ({"rfs_months": 30 + 0.99 * DAY}, False),  # a day is rounding
    ({"rfs_months": 29.0}, False),
    ({"rfs_months": 40.0, "os_reason": "horizon"}, False),
    # censored in the one, dead later in the other: a visit after the last of the other
    ({"rfs_months": 40.0, "rfs_event": 1.0}, False),
    ({"rfs_months": 40.0, "rfs_event": 1.0, "os_event": 1.0}, True),
    ({"os_event": 1.0}, True),  # a death that ends one and not the other
    ({"os_event": 1.0, "rfs_event": 1.0}, False),
    ({"os_event": 1.0, "rfs_reason": "horizon"}, False),
    ({"os_event": np.nan, "os_months": np.nan}, False),
]


@pytest.mark.parametrize(("values", "told"), NESTED)
def test_an_endpoint_that_is_longer_than_the_one_within_it(values, told):
    cohort = patients(2)
    for name, value in values.items():
        cohort.loc[3, name] = value
    found = check_nesting(cohort, {"os": OS, "rfs": RFS})
    longer = values.get("rfs_months", 30)
    message = (
        f"RFS ({longer:.1f} months, visit) does not fit OS (30.0 months, visit): death ends both."
    )
    wanted = ("error", "endpoints_contradict", 3, "B", "rfs, os", f"{longer:.1f} > 30.0", message)
    assert tell(found) == [wanted] * told


@pytest.mark.parametrize(
    ("wide", "narrow", "told"),
    [
        (RFS, OS, True),
        (RFS, RFS, False),  # the same events
        (endpoint("W", BACK), OS, False),
        (RFS, endpoint("N", mark(DEATH), mark(BACK)), True),  # its competing event ends the other
        (endpoint("W", mark(DEATH) | BACK, {"third": {"duration": "back"}}), endpoint("N", mark(DEATH), {"third": {"duration": "back"}}), True),
        (RFS, endpoint("N", mark(DEATH), {"third": {"duration": "back"}}), False),
        (RFS, endpoint("N", mark(DEATH), origin="op"), False),
    ],
)  # fmt: skip
def test_which_endpoints_lie_within_which(wide, narrow, told):
    cohort = patients(rfs_months=40.0)
    for plan in ({"os": narrow, "rfs": wide}, {"rfs": wide, "os": narrow}):
        assert len(check_nesting(cohort, plan)) == told
    # pairs that do not fit are passed over, and the others are looked at
    plan = {"os": narrow, "rfs": wide, "x": OS}
    found = check_nesting(cohort, plan)
    with_x = wide is not RFS and "death" not in wide["events"]
    assert sum(item["column"] == "rfs, x" for item in found) == (not with_x)


def test_several_events_of_both_are_named():
    three = {name: {"duration": name, "terminal": True} for name in ("gone", "back", "seen")}
    wide, narrow = endpoint("W", three), endpoint("N", {name: three[name] for name in ("gone", "back")})  # fmt: skip
    (item,) = check_nesting(patients(rfs_months=40.0), {"rfs": wide, "os": narrow})
    assert item["message"].endswith("(30.0 months, visit): gone, back ends both.")


# --- where the plan does not say what is a death ----------------------------------------------------------------------------


def late(count, months=30.11, narrow=DEATH, wide_back=BACK, **columns):
    """So many patients with a recurrence at `months`, and the first alone of three more with one in time."""
    values = {"back": [months] * count + [20.0] * 3, "recurred": "yes", **columns}
    plan = {"rfs": endpoint("RFS", narrow | wide_back), "os": endpoint("OS", narrow)}
    found = check_nesting(patients(count + 3, **values), plan)
    return [item for item in found if item["rule"] == "event_after_end"]


def test_an_event_after_the_end_of_an_endpoint_that_may_be_death():
    (first, _) = late(2, os_event=[1.0, 0, 0, 0, 0])
    (_, second) = late(2, os_event=[1.0, 0, 0, 0, 0])
    words = "RFS: back again at 30.1 months lies after {} at 30.0 months."
    shown = [("A", "death"), ("B", "the last contact")]
    for place, (item, (patient, word)) in enumerate(zip((first, second), shown, strict=True)):
        wanted = (
            "warning",
            "event_after_end",
            2 + place,
            patient,
            "back",
            "30.11",
            words.format(word),
        )
        assert tell([item]) == [wanted]
        assert item["remedy"] == (
            "Correct one of the two times. The plan does not say whether death is death: write `terminal: true` or "
            "`terminal: false` for its variable under `variables:`."
        )


@pytest.mark.parametrize(("count", "told"), [(0, 0), (1, 1), (3, 3), (4, 0)])
def test_where_most_come_after_it_it_is_no_death(count, told):
    assert len(late(count)) == told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"months": 30.09}, 0),  # rounding
        ({"os_reason": "horizon"}, 0),
        ({"recurred": "no"}, 0),
        ({"narrow": mark(DEATH)}, 0),  # the plan says it
        ({"narrow": mark(DEATH, False)}, 0),
        ({"wide_back": mark(BACK)}, 0),
        ({"wide_back": mark(BACK, False)}, 2),
    ],
)
def test_events_that_are_not_told(change, told):
    assert len(late(2, **change)) == told


def test_only_those_with_both_times_count_for_most():
    assert not late(2, os_months=[30, 30, 30, np.nan, np.nan])  # two of three
    assert len(late(2, os_months=[30, 30, 30, 30, np.nan])) == 2  # two of four


def test_two_events_and_two_that_end_both():
    narrow = DEATH | {"lost_it": {"duration": "seen"}}
    wide = mark({"third": {"duration": "back"}}) | BACK
    found = late(2, narrow=narrow, wide_back=wide, os_event=1.0)
    assert len(found) == 2
    assert "lies after death or lost it at 30.0 months" in found[0]["message"]
    assert "whether death or lost it is death" in found[0]["remedy"]


# --- one death with two times ------------------------------------------------------------------------------------------------

MAPPED = {
    "patient_id": {"column": "ID"},
    "gone": {"label": "Survival", "column": "G", "kind": "continuous", "terminal": None},
}


def deaths(events, endpoints, cohort, mapped=MAPPED):
    """What is told of the times of deaths by an endpoint OS of these events, and others."""
    plan = {"os": endpoint("OS", events), **endpoints}
    found = check_chronology(cohort, mapped, plan)
    return [item for item in tell(found) if item[1] in ("censored_early", "death_times_differ")]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"gone": 30.11}, True),
        ({"gone": 30.09}, False),
        ({"gone": 29.0}, False),
        ({"gone": 40.0, "os_event": 1.0}, False),
        ({"gone": 40.0, "os_reason": "horizon"}, False),
    ],
)
def test_somebody_alive_who_is_censored_before_the_time_of_the_column(values, told):
    message = f"OS: the patient is censored at 30.0 months, but Survival is {values['gone']:.1f}."
    wanted = [("warning", "censored_early", 2, "A", "gone", "", message)] * told
    assert deaths(mark(DEATH), {}, patients(**values)) == wanted
    assert not deaths(DEATH, {}, patients(**values))  # of which it is not known that it is death
    assert not deaths({"death": {"duration": "gone", "terminal": True}}, {}, patients(**values))
    found = check_chronology(patients(**values), {}, {"os": OS})
    told_of = [item["message"] for item in found if item["rule"] == "censored_early"]
    assert told_of == [message.replace("Survival", "gone")] * told
    for item in found[:1] if told else ():
        assert item["remedy"] == (
            "Check `censoring:` of the endpoint: is gone the time of the last contact?"
        )


def test_most_patients_censored_early_are_one_finding():
    found = deaths(mark(DEATH), {}, patients(8, gone=[*[40.0] * 5, 20, 20, 20]))
    assert [item[2] for item in found] == [None]


OTHER = {"dead": {"duration": "died_at", "flag": "died", "terminal": True}}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"gone": 20.0, "died_at": 20.11}, True),
        ({"gone": 20.0, "died_at": 20.09}, False),
        ({"gone": 20.0, "died_at": 20.0}, False),
        ({"gone": 20.0, "died_at": 25.0, "died": "no"}, False),
    ],
)
def test_one_death_with_two_times(values, told):
    other = endpoint("CSS", OTHER, censoring={"v": {"duration": "died_at"}})
    cohort = patients(1, **{"died": "yes", "os_event": 1.0, "x_event": 1.0, **values})
    message = f"OS has the death at 20.0 months, CSS at {values['died_at']:.1f}."
    wanted = [("error", "death_times_differ", 2, "A", "gone", "", message)] * told
    assert deaths(mark(DEATH), {"x": other}, cohort) == wanted
    if told:
        competing = endpoint("CSS", {"y": {"duration": "back", "flag": "recurred"}}, OTHER)
        assert deaths(mark(DEATH), {"x": competing}, cohort) == wanted
        elsewhere = other | {"origin": "op"}
        assert not deaths(mark(DEATH), {"x": elsewhere}, cohort)
        unlike = {"dead": OTHER["dead"] | {"flag": "recurred"}}
        both = cohort.assign(recurred=cohort["died"])
        assert not deaths(mark(DEATH), {"x": endpoint("CSS", unlike)}, both)
        # a time that also ends with a recurrence is no time of death
        shared = {"r": {"duration": "died_at", "flag": "recurred"}}
        assert not deaths(mark(DEATH), {"x": endpoint("CSS", OTHER | shared)}, cohort)
        same = {"dead": OTHER["dead"] | {"duration": "gone"}}
        assert not deaths(mark(DEATH), {"x": endpoint("CSS", same)}, cohort)
        assert not deaths(mark(DEATH) | mark(BACK, None), {"x": other}, cohort)
        turned = cohort.assign(gone=cohort["died_at"], died_at=20.0)  # told where it is the earlier
        said = "CSS has the death at 20.0 months, OS at 20.1."
        assert [item[-3:] for item in deaths(mark(DEATH), {"x": other}, turned)] == [
            ("died_at", "", said)
        ]
