"""Five hundred random plans and cohorts: what passes validation ends with a report, whatever is empty in it."""

from collections import Counter

import fuzz
import pytest
from crlm.cohort import ingest
from fuzz_cohorts import draw_study
from fuzz_world import read_facts

PLANS, AT_ONCE = 500, 25


@pytest.mark.parametrize("first", range(0, PLANS, AT_ONCE))
def test_random_plans_end_with_a_report(first):
    """Or are refused in words; a failure names its seed, the job, and the smallest plan that still fails."""
    ends = Counter()
    for seed in range(first, first + AT_ONCE):
        try:
            ends[fuzz.try_seed(seed)[0]] += 1
        except fuzz.FailedError as error:
            pytest.fail(fuzz.tell_failure(seed, error))
    assert ends["report"] > AT_ONCE / 2, ends


def test_every_part_of_a_plan_is_drawn():
    drawn = Counter(key for seed in range(80) for key in draw_study(seed)[0])
    assert not set(read_facts()["schema"]["properties"]) - set(drawn)


def test_a_seed_is_the_same_study():
    assert draw_study(7) == draw_study(7) != draw_study(8)


def test_a_fault_is_found_and_its_plan_made_small(monkeypatch):
    """A reader that fails wherever the plan has a data lock: what else can be taken out of the plan is taken out."""
    whole = ingest.ingest_cohort

    def fail(raw, blocks, plan, *others):
        if plan["cohort"]["data_lock"]:
            raise KeyError("nobody thought of it")
        return whole(raw, blocks, plan, *others)

    monkeypatch.setattr(ingest, "ingest_cohort", fail)
    plan, files = draw_study(3)
    plan = {
        key: plan[key]
        for key in ("study", "cohort", "columns", "endpoints", "resampling", "variables")
    }
    plan["cohort"]["data_lock"] = "2030-12-31"
    with pytest.raises(fuzz.FailedError, match="nobody thought of it") as failed:
        fuzz.try_study(plan, files, "none")
    small = fuzz.shrink(plan, files, failed.value.job)
    assert failed.value.job == "ingest_cohort" and small["cohort"].keys() == {"file", "data_lock"}
    assert set(small) <= {"study", "cohort", "columns", "endpoints", "variables"}
