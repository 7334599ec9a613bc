"""The cohorts the golden values are made from, out of the data sets bundled with the libraries.

`python reference_data.py DIRECTORY` writes them as CSV files for `make_golden.R`. Columns: months
and event of the endpoint `death`, numbers as they are, levels as text.
"""

import sys
from pathlib import Path

import pandas as pd
from lifelines import datasets as lifelines
from sksurv import datasets as sksurv

DAYS_PER_MONTH = 30.4375

NUMBER = {"kind": "continuous"}
NO_YES = {"kind": "binary", "levels": ["no", "yes"]}
VARIABLES = {
    "age": NUMBER | {"per": 10},
    "nodes": {"kind": "count", "transform": "log2"},
    "size": NUMBER,
    "prior": {"kind": "count"},
    "score": NUMBER | {"per": 10},
    "ecog": {"kind": "ordinal", "levels": ["0", "1", "2+"]},
    "grade": {"kind": "ordinal", "levels": ["I", "II", "III"]},
    "cell": {"kind": "categorical", "levels": ["squamous", "adeno", "large", "smallcell"]},
    "hormone": NO_YES,
    "menopause": {"kind": "binary", "levels": ["Pre", "Post"]},
    "treatment": {"kind": "binary", "levels": ["standard", "test"]},
    "sex": {"kind": "binary", "levels": ["male", "female"]},
    "race": {"kind": "binary", "levels": ["other", "black"]},
    "aid": NO_YES,
    "fit": NO_YES,
}


def build_cohorts():
    """The cohorts by name."""
    return {
        "breast": _breast(),
        "lung": _lung(),
        "veterans": _veterans(),
        "recidivism": _recidivism(),
        "flies": _flies(),
        "graft": _graft(),
    }


def _endpoint(months, event):
    return pd.DataFrame(
        {
            "death_months": pd.Series(months, dtype=float),
            "death_event": pd.Series(event, dtype=float),
        }
    )


def _breast():
    """German breast cancer study: 686 women, a factor of three levels, times in real months."""
    x, y = sksurv.load_gbsg2()
    return _endpoint(y["time"] / DAYS_PER_MONTH, y["cens"]).assign(
        age=x["age"],
        nodes=x["pnodes"],
        size=x["tsize"],
        grade=x["tgrade"],
        hormone=x["horTh"],
        menopause=x["menostat"],
    )


def _lung():
    """North Central lung cancer: 228 patients with missing values, treated at 18 institutions."""
    data = lifelines.load_lung()
    ecog = data["ph.ecog"].map({0: "0", 1: "1", 2: "2+", 3: "2+"})
    return _endpoint(data["time"], data["status"]).assign(
        age=data["age"],
        score=data["ph.karno"],
        ecog=ecog,
        sex=data["sex"].map({1: "male", 2: "female"}),
        institution=data["inst"].map("site {:.0f}".format, na_action="ignore"),
    )


def _veterans():
    """Veterans' lung cancer: 137 patients; `fit` does not vary among the large cell cancers."""
    x, y = sksurv.load_veterans_lung_cancer()
    cell = x["Celltype"].astype(str)
    fit = (x["Karnofsky_score"] > 60) & (cell != "large")
    return _endpoint(y["Survival_in_days"], y["Status"]).assign(
        age=x["Age_in_years"],
        score=x["Karnofsky_score"],
        cell=cell,
        treatment=x["Treatment"],
        fit=fit.map({False: "no", True: "yes"}),
    )


def _recidivism():
    """Rossi's 432 convicts: 114 arrests in 49 distinct weeks, so heavy ties."""
    data = lifelines.load_rossi()
    return _endpoint(data["week"], data["arrest"]).assign(
        age=data["age"],
        prior=data["prio"],
        aid=data["fin"].map({0: "no", 1: "yes"}),
        race=data["race"].map({0: "other", 1: "black"}),
    )


def _flies():
    """Walton's 163 flies in two groups, nearly all of them dead at the end."""
    data = lifelines.load_waltons()
    return _endpoint(data["T"], data["E"]).assign(group=data["group"])


def _graft():
    """100 transplanted patients: chronic graft-versus-host disease (1) or death before it (2)."""
    x, y = sksurv.load_cgvhd()
    cause = pd.Series(y["status"]).map({0: None, 1: "disease", 2: "death"})
    return _endpoint(y["ftime"], y["status"] > 0).assign(cause=cause, source=x["tx"])


if __name__ == "__main__":
    for name, cohort in build_cohorts().items():
        cohort.to_csv(Path(sys.argv[1]) / f"{name}.csv", index=False)
