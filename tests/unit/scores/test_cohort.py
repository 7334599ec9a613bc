"""The analysis cohort: every column beside the right patient."""

import numpy as np
import pandas as pd
from crlm.cohort.growth_patterns import classify_patterns
from crlm.job.storage import read_table, write_table
from crlm.scores.assemble import build_cohort
from crlm.scores.engine import compute_scores


def test_columns_stand_beside_their_patient(base, rows, ingest, plan_of, tmp_path):
    base["scores"] = {
        "proxies": {
            "fong": {"interval": {"variable": "synchronous", "operator": "==", "value": True}}
        }
    }
    base["groupings"] = {
        "risk": {"variable": "fong_group"},
        "pure": {"variable": "hgp_pure"},
        "cea": {"variable": "cea_ng_ml", "cuts": [200]},
    }
    rows[2]["CEA"] = "<0.5"
    rows[3]["CEA"] = ">150"
    plan = plan_of(base)
    patients, found = ingest(base, rows)
    assert set(found["severity"]) <= {"note"}
    patients = patients.iloc[::-1]  # any order, any index
    scores = compute_scores(patients, plan["scores"]).sample(frac=1, random_state=1)
    patterns = classify_patterns(patients, plan["growth_patterns"])
    patterns.insert(0, "patient_id", patients["patient_id"])
    patterns = patterns.sample(frac=1, random_state=2)
    write_table(scores, tmp_path / "s.csv")
    write_table(patterns, tmp_path / "p.csv")
    cohort = build_cohort(
        patients, read_table(tmp_path / "s.csv"), read_table(tmp_path / "p.csv"), plan
    )
    assert cohort["patient_id"].tolist() == patients["patient_id"].tolist()
    assert cohort.columns.is_unique
    for row in cohort.itertuples():
        mine = rows[int(row.patient_id[1:])]
        cea = None if mine["CEA"] == ">150" else 0.25 if mine["CEA"] == "<0.5" else mine["CEA"]
        points = (mine["pN"] > 0) + mine["Sync"] + (mine["Number"] > 1) + (mine["Size"] > 5)
        if cea is None:
            assert np.isnan(row.fong) and pd.isna(row.grouping_cea)
        else:
            assert row.fong == points + (cea > 200)
            assert row.grouping_risk == ("low" if row.fong < 3 else "high")
            assert row.grouping_cea == ("below_200" if cea < 200 else "from_200")
        assert (
            row.grouping_pure
            == row.hgp_pure
            == ("desmoplastic" if mine["D"] == 100 else "non_desmoplastic")
        )
    assert cohort["hgp_any_replacement"].cat.categories.tolist() == ["none", "any"]
    assert cohort["hgp_any_replacement"].notna().all()  # the level called none is a level
    cohort.to_parquet(tmp_path / "c.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "c.parquet"), cohort)
