"""The SYNTHETIC demo cohort as a hospital would export it: codes, limits of detection, missing values, comments.

`ASSUME` marks what was invented, as in `generate_demo.py`.
"""

import numpy as np
import pandas as pd

SOURCE = "synthetic"

# ASSUME the three centres: how often data are missing relative to the middle centre, and how often
# a missing value is written -999 and not left blank.
CENTRES = ("A", "B", "C")
CENTRE_MISSING, CENTRE_CODE = (0.7, 1.0, 1.8), (0.1, 0.5, 0.8)

# How the export writes things: decimals, codes of text columns, limits of detection.
DECIMALS = {"BMI": 1, "CEA_ug_L": 1, "CA19_9": 1, "CRP_mg_L": 1, "NLR": 1, "margin_mm": 1}
DETECTION_LIMIT = {"CEA_ug_L": 0.5, "CA19_9": 2}
LEVELS = {
    "Centre": CENTRES, "RAS": ("wt", "mut"), "KRAS": ("wt", "mut"),
    "BRAF": ("wt", "V600E", "other"), "MSI": ("MSS", "MSI-H"),
}  # fmt: skip
COLUMNS = """
    Centre Sex Age_at_LR BMI ASA dt_primary dt_CRLM dt_liver_resection site_primary pT pN
    n_pos_nodes grade synchronous n_mets max_size_mm bilobar extrahepatic CEA_ug_L CA19_9 CRP_mg_L
    NLR albumin_g_L ALP_U_L RAS KRAS BRAF MSI preop_chemo margin_mm viability_pct vasc_invasion
    biliary_invasion adjuvant_chemo dt_recurrence recurrence_site dt_hepatic_recurrence
    repeat_resection n_mets_repeat dt_death cause_of_death dt_last_contact
"""
# ASSUME probabilities of a missing value (middle centre); mutations by the year of the operation.
MISSING = {
    "BMI": 0.09, "ASA": 0.05, "pT": 0.05, "pN": 0.07, "n_pos_nodes": 0.06, "grade": 0.11,
    "n_mets": 0.02, "max_size_mm": 0.06, "bilobar": 0.03, "extrahepatic": 0.02, "CEA_ug_L": 0.09,
    "CA19_9": 0.14, "CRP_mg_L": 0.12, "NLR": 0.12, "albumin_g_L": 0.08, "ALP_U_L": 0.08,
    "margin_mm": 0.07, "viability_pct": 0.14, "vasc_invasion": 0.08, "biliary_invasion": 0.10,
    "adjuvant_chemo": 0.04,
}  # fmt: skip
MUTATION_MISSING = ((2009, 0.45), (2014, 0.22), (2021, 0.10))  # before that year, all of
MUTATIONS = {"RAS": 0.02, "KRAS": 0.0, "BRAF": 0.10, "MSI": 0.15}  # and each alone
COMMENTS = ("two-stage; portal vein embolisation", 'pathology "reviewed"', "moved away, no letter")


def format_column(values):
    """The values of one column as the hospital writes them, empty where there is none."""
    name = values.name
    if name in LEVELS:
        return np.array(LEVELS[name])[values]
    if name.startswith("dt_"):
        return values.dt.strftime("%d.%m.%Y").fillna("")
    if name in DETECTION_LIMIT:
        limit = DETECTION_LIMIT[name]
        return [f"<{limit}" if value < limit else f"{value:.1f}" for value in values]
    decimals = DECIMALS.get(name, 0)
    return ["" if np.isnan(value) else f"{value:.{decimals}f}" for value in values]


def build_export(patients, outcome):
    """Complete export as text, in the order of `patients`, numbered within each centre."""
    table = patients.join(outcome)
    text = pd.DataFrame({name: format_column(table[name]) for name in COLUMNS.split()})
    running = text.groupby("Centre").cumcount() + 1
    text.insert(0, "PatNo", text["Centre"] + running.map("-{:04d}".format))
    text.insert(1, "source", SOURCE)
    return text


def remove_values(rng, export, patients):
    """The export with missing values (-999 or blank, by centre) and a free-text comment."""
    n = len(export)
    factor = np.array(CENTRE_MISSING)[patients["Centre"]]
    code = np.array(CENTRE_CODE)[patients["Centre"]]
    gone = {column: rng.random(n) < rate * factor for column, rate in MISSING.items()}
    gone["n_pos_nodes"] |= gone["pN"]
    years, rates = np.transpose(MUTATION_MISSING)
    rates = rates[np.searchsorted(years, patients["year"], side="right")]
    untested = rng.random(n) < rates * factor**0.5
    gone |= {column: untested | (rng.random(n) < rate) for column, rate in MUTATIONS.items()}
    for column, missing in gone.items():
        instead = np.where(rng.random(n) < code, "-999", "")
        export = export.assign(**{column: np.where(missing, instead, export[column])})
    comments = np.array(COMMENTS)[(len(COMMENTS) * rng.random(n)).astype(int)]
    return export.assign(comment=np.where(rng.random(n) < 0.12, comments, ""))
