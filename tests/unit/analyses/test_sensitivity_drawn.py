"""Other methods beside the Cox model in some of many patients: who is drawn, and that everything is measured in them and said."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.sensitivity_models import estimate, figure, tables, words
from crlm.display import formats, language, style

NUMBER = {"label": "X", "kind": "continuous", "per": 1, "transform": "none", "levels": []}
ENDPOINT = {"label": "Survival", "abbreviation": "OS"}
GERMAN = Path(__file__).parents[3] / "workflow/languages/de.po"
SAID = "100 of 250 complete patients, drawn at random"


def make(size=260, missing=10):
    """x0 has an effect; the first ten patients have no x1."""
    random = np.random.default_rng(5)
    x = random.normal(size=(size, 2))
    months, lost = random.exponential(30 / np.exp(x[:, 0])), random.uniform(10, 90, size)
    cohort = pd.DataFrame({"x0": x[:, 0], "x1": x[:, 1], "points": np.round(x[:, 0])})
    cohort.loc[: missing - 1, "x1"] = np.nan
    return cohort.assign(
        os_months=np.minimum(months, lost), os_event=(months <= lost).astype(float)
    )


def settle(at_most, methods=("ridge", "forest"), against=True):
    return {
        "models": {"main": {"label": "Main", "variables": dict.fromkeys(["x0", "x1"], NUMBER)}},
        "endpoints": ["os"],
        "against": {"column": "points", "label": "Points", "levels": []} if against else None,
        "methods": list(methods),
        "resamples": 10,
        "trees": 10,
        "patients_at_most": at_most,
    }


def assess(cohort, at_most, **more):
    return estimate.assess_sensitivity_models(cohort, "os", settle(at_most, **more), 1)


@pytest.fixture(scope="module")
def drawn():
    return assess(make(), 100)


def test_each_patient_is_drawn_as_often_as_any_other_with_his_outcome():
    """20 of 50, 10 of them with the event: two of five in 2,000 draws, within five standard errors."""
    event = np.tile([1, 0, 0, 1, 0], 10)
    tally, draws = np.zeros(50), 2000
    for seed in range(draws):
        places = estimate.draw_patients(event, 20, seed)
        assert len(np.unique(places)) == 20 and (np.diff(places) > 0).all()
        assert event[places].sum() == 8
        tally[places] += 1
    assert abs(tally / draws - 0.4).max() < 5 * np.sqrt(0.4 * 0.6 / draws)


@pytest.mark.parametrize(
    ("size", "events", "expected"), [(1000, 0, 0), (1000, 1000, 100), (1000, 7, 1), (1000, 4, 0)]
)
def test_the_share_of_events_is_kept_to_within_half_a_patient(size, events, expected):
    event = np.arange(size) < events
    places = estimate.draw_patients(event, 100, 1)
    assert len(places) == 100 and event[places].sum() == expected


def test_the_draw_is_of_the_seed():
    event = np.arange(300) % 2
    first, again, other = (estimate.draw_patients(event, 100, seed) for seed in (1, 1, 2))
    assert (first == again).all() and (first != other).any()


def test_of_as_many_patients_as_allowed_nobody_is_left_out_and_no_byte_changes():
    cohort = make()
    for least, more in zip(assess(cohort, 250), assess(cohort, 10**6), strict=True):
        assert least.to_csv() == more.to_csv()
        assert list(least) == list(more) and estimate.DRAWN_FROM not in least
    assert assess(cohort, 250)[0]["patients"].eq(250).all()


def test_all_is_measured_in_those_who_were_drawn(drawn):
    """Cox model, score and the others: the same tables as of a cohort of nobody else."""
    cohort = make()
    complete = cohort[cohort["x1"].notna()]
    places = estimate.draw_patients(complete["os_event"], 100, 1)
    alone = assess(complete.iloc[places], 100)
    assert drawn[0]["drawn_from"].tolist() == [250] * 4
    assert drawn[0].drop(columns="drawn_from").to_csv() == alone[0].to_csv()
    for here, there in zip(drawn[1:], alone[1:], strict=True):
        assert here.to_csv() == there.to_csv()
    assert drawn[0]["events"].tolist() == [round(complete["os_event"].mean() * 100)] * 4


def test_too_few_events_among_those_drawn_are_told_of_them():
    cohort = make(missing=0).assign(os_event=(np.arange(260) < 15).astype(float))
    models = assess(cohort, 100)[0]
    assert set(models["note"]) == {"6 events, fewer than 10"}
    assert models["drawn_from"].eq(260).all() and models["patients"].eq(100).all()


def test_table_and_figure_say_of_how_many(drawn, monkeypatch):
    settings, written = settle(100), []
    notes = tables.tabulate_sensitivity(*drawn[:2], "os", ENDPOINT, settings).notes
    assert notes[1] == f"Main: {SAID}, the share of events kept."
    assert "same patients, and Points is measured in them: their C is not" in notes[2]
    everybody = assess(make(), 250)
    before = tables.tabulate_sensitivity(*everybody[:2], "os", ENDPOINT, settle(250)).notes
    assert before == notes[:1]
    write = style.write
    monkeypatch.setattr(style, "write", lambda *a, **k: written.append(a[3]) or write(*a, **k))
    for found, said in ((drawn, 1), (everybody, 0)):
        written.clear()
        model, against = settings["models"]["main"], settings["against"]
        page = figure.plot_sensitivity(*found, model, against, {}, ENDPOINT)
        style.save(page, io.BytesIO(), "png")
        lines = " ".join(
            line for each in written for line in ([each] if isinstance(each, str) else each)
        )
        assert lines.count(f"{SAID}.") == said


def test_without_a_score_none_is_said_to_be_measured(drawn):
    models = drawn[0][drawn[0]["method"] != "score"]
    said = tables.tell_drawn(models, settle(100, against=False))
    assert said[1].startswith("The Cox model is fitted to the same patients: its C")


def test_the_methods_say_of_how_many_of_each_endpoint_and_model(drawn):
    plan = {
        "sensitivity_models": settle(100),
        "endpoints": {"os": ENDPOINT},
        "resampling": {"seed": 1},
    }
    results = {"endpoints": {"os": {"sensitivity_models": drawn[0]}}}
    ((_, (text,)),) = words.tell_methods(plan, results)
    assert text.count(f"Survival, Main: since they take long, only {SAID} in strata") == 1
    everybody = {"endpoints": {"os": {"sensitivity_models": assess(make(), 250)[0]}}}
    ((_, (text,)),) = words.tell_methods(plan, everybody)
    assert "drawn at random" not in text


def test_all_of_it_is_german_in_a_german_report(drawn):
    settings = settle(100)
    plan = {"sensitivity_models": settings, "endpoints": {"os": ENDPOINT}}
    results = {"endpoints": {"os": {"sensitivity_models": drawn[0]}}}
    formats.use({"language": "de"}, [GERMAN])
    try:
        said = [*tables.tell_drawn(drawn[0], settings), *words.list_drawn(plan, results)]
        said = [language.say(each) for each in said]
    finally:
        formats.use()
    assert said[0].startswith("Main: 100 von 250 vollständigen Patienten, zufällig gezogen")
    assert len(said) == 4 and not any(" patients" in each or " the " in each for each in said)
