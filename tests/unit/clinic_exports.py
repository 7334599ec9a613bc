"""Four made-up exports (no real patient): Italian and Dutch workbooks with a legend on a sheet of its own, an SPSS file with value
labels, a Chinese text file. Each header: (variable or None, entry of a patient, {code: level}).

Before legends were read and the words extended, 48 of their 86 variables were right and one was wrong without a question.
"""

import openpyxl
from proposal_exports import draw_patients

YES_1 = {"1": "yes", "2": "no"}
YES_0 = {"1": "yes", "0": "no"}


def _two(key):
    return lambda p: 1 if p[key] else 2


def _one(key):
    return lambda p: int(p[key])


def _or(key, code):
    """The entry, or the code for missing where it is not known."""
    return lambda p: code if key in p["unknown"] else p[key]


ITALIAN = {
    "Cod. paz.": ("patient_id", lambda p: p["id"], {}),
    "Sesso": ("sex", lambda p: 1 if p["male"] else 2, {"1": "male", "2": "female"}),
    "Età all'intervento": ("age", lambda p: p["age"], {}),
    "Sede T primitivo": ("primary_site", lambda p: {"right": 1, "left": 2, "rectum": 3}[p["site"]], {"1": "right_colon", "2": "left_colon", "3": "rectum"}),
    "pT": ("pt_primary", lambda p: f"pT{p['t']}", {"pT3": "T3"}),
    "N+": ("node_positive", lambda p: 1 if p["n"] else 2, YES_1),
    "Data diagnosi primitivo": ("primary_date", lambda p: p["primary"], {}),
    "Data dg metastasi": ("metastases_date", lambda p: p["metastases"], {}),
    "Sincrone/metacrone": ("synchronous", lambda p: 1 if p["synchronous"] else 2, YES_1),
    "N. lesioni epatiche": ("n_crlm", lambda p: p["number"], {}),
    "Ø max (mm)": ("size_max_cm", lambda p: p["size"], {}),
    "Distribuzione bilobare": ("bilobar", _two("bilobar"), YES_1),
    "Mal. extraepatica": ("extrahepatic_disease", _two("extrahepatic"), YES_1),
    "CEA pre-op (ng/ml)": ("cea_ng_ml", _or("cea", 999), {}),
    "KRAS": ("kras", lambda p: 9 if "ras" in p["unknown"] else {"wt": 0, "mut": 1}[p["ras"]], {"0": "wild_type", "1": "mutated"}),
    "CT neoadiuvante": ("preoperative_chemotherapy", _two("chemo"), YES_1),
    "Data intervento": ("resection_date", lambda p: p["resection"], {}),
    "Epatectomia maggiore": ("major_hepatectomy", lambda p: 1 if p["number"] > 3 else 2, YES_1),
    "Margine": ("margin_positive", lambda p: 1 if p["r1"] else 0, YES_0),
    "% desmoplastico": ("hgp_desmoplastic", lambda p: p["desmoplastic"], {}),
    "% rimpiazzo": ("hgp_replacement", lambda p: 100 - p["desmoplastic"], {}),
    "Recidiva": ("recurred", _two("relapsed"), YES_1),
    "Data recidiva": ("recurrence_date", lambda p: p["recurrence"], {}),
    "Sede recidiva": ("recurrence_site", lambda p: None if p["liver"] is None else 1 if p["liver"] else 2, {"1": "liver", "2": "extrahepatic"}),
    "Stato all'ultimo FU": ("died", lambda p: 2 if p["died"] else 1, {"1": "no", "2": "yes"}),
    "Data ultimo FU": ("last_contact_date", lambda p: p["last"], {}),
    "Note": (None, lambda p: None, {}),
}  # fmt: skip

ITALIAN_LEGEND = [
    ("Variabile", "Codice", "Significato"),
    ("Sesso", 1, "maschio"), (None, 2, "femmina"),
    ("Sede T primitivo", 1, "colon destro"), (None, 2, "colon sinistro"), (None, 3, "retto"),
    ("N+", 1, "sì"), (None, 2, "no"),
    ("Sincrone/metacrone", 1, "sincrone"), (None, 2, "metacrone"),
    ("Distribuzione bilobare", 1, "sì"), (None, 2, "no"),
    ("Mal. extraepatica", 1, "sì"), (None, 2, "no"),
    ("KRAS", 0, "wild type"), (None, 1, "mutato"), (None, 9, "non eseguito"),
    ("CT neoadiuvante", 1, "sì"), (None, 2, "no"),
    ("Epatectomia maggiore", 1, "sì"), (None, 2, "no"),
    ("Margine", 0, "R0"), (None, 1, "R1"),
    ("Recidiva", 1, "sì"), (None, 2, "no"),
    ("Sede recidiva", 1, "fegato"), (None, 2, "extraepatica"), (None, 3, "entrambe"),
    ("Stato all'ultimo FU", 1, "vivo"), (None, 2, "deceduto"),
]  # fmt: skip

DUTCH = {
    "Studienr.": ("patient_id", lambda p: p["id"], {}),
    "Geslacht (1=man, 2=vrouw)": ("sex", lambda p: 1 if p["male"] else 2, {"1": "male", "2": "female"}),
    "Leeftijd": ("age", lambda p: p["age"], {}),
    "Lok. primaire tumor": ("primary_site", lambda p: {"right": 1, "left": 2, "rectum": 3}[p["site"]], {"1": "right_colon", "2": "left_colon", "3": "rectum"}),
    "pN": ("pn_primary", lambda p: 99 if "n" in p["unknown"] else p["n"], {"0": "N0", "2": "N2"}),
    "Synchroon": ("synchronous", _two("synchronous"), YES_1),
    "Aantal CRLM": ("n_crlm", lambda p: p["number"], {}),
    "Grootste laesie (cm)": ("size_max_cm", lambda p: p["size"] / 10, {}),
    "Bilobair": ("bilobar", _two("bilobar"), YES_1),
    "Extrahepatische ziekte": ("extrahepatic_disease", _two("extrahepatic"), YES_1),
    "CEA preoperatief (µg/L)": ("cea_ng_ml", _or("cea", 999), {}),
    "RAS": ("ras", lambda p: 99 if "ras" in p["unknown"] else {"wt": 1, "mut": 2}[p["ras"]], {"1": "wild_type", "2": "mutated"}),
    "Neoadj. chemo": ("preoperative_chemotherapy", _two("chemo"), YES_1),
    "OK-datum": ("resection_date", lambda p: p["resection"], {}),
    "Radicaliteit": ("margin_positive", lambda p: 1 if p["r1"] else 0, YES_0),
    "Snijvlak (mm)": ("margin_mm", lambda p: 0 if p["r1"] else p["number"], {}),
    "HGP": ("hgp_pure", lambda p: 1 if p["desmoplastic"] == 100 else 2, {"1": "desmoplastic", "2": "non_desmoplastic"}),
    "Adjuvante chemo": ("adjuvant_chemotherapy", lambda p: 1 if p["n"] else 2, YES_1),
    "Recidief (1 = ja, 2 = nee)": ("recurred", _two("relapsed"), YES_1),
    "Datum 1e recidief": ("recurrence_date", lambda p: p["recurrence"], {}),
    "Vitale status": ("died", lambda p: 2 if p["died"] else 1, {"1": "no", "2": "yes"}),
    "Datum overlijden": ("death_date", lambda p: p["death"], {}),
    "Datum laatste controle": ("last_contact_date", lambda p: p["last"], {}),
    "Opmerkingen": (None, lambda p: None, {}),
}  # fmt: skip

DUTCH_LEGEND = [
    ("Codeboek", None, None),
    ("Kolom", "Omschrijving", "Codering"),
    ("Lok. primaire tumor", "plaats van de primaire tumor", "1 = colon rechts; 2 = colon links; 3 = rectum"),
    ("pN", "volgens TNM 7", "0 = N0; 1 = N1; 2 = N2; 99 = onbekend"),
    ("Synchroon", "binnen 6 maanden", "1 = ja; 2 = nee"),
    ("Bilobair", None, "1 = ja; 2 = nee"),
    ("Extrahepatische ziekte", "bij operatie", "1 = ja; 2 = nee"),
    ("RAS", None, "1 = wildtype; 2 = mutatie; 99 = onbekend"),
    ("Neoadj. chemo", None, "1 = ja; 2 = nee"),
    ("Radicaliteit", None, "0 = R0; 1 = R1"),
    ("HGP", "volgens consensus 2022", "1 = desmoplastisch; 2 = non-desmoplastisch"),
    ("Adjuvante chemo", None, "1 = ja; 2 = nee"),
    ("Vitale status", None, "1 = in leven; 2 = overleden"),
]  # fmt: skip

SPSS = {
    "pat_id": ("patient_id", lambda p: p["id"], {}),
    "geslacht": ("sex", lambda p: 0 if p["male"] else 1, {"0": "male", "1": "female"}),
    "lft": ("age", lambda p: p["age"], {}),
    "v12": ("primary_site", lambda p: {"right": 0, "left": 1, "rectum": 2}[p["site"]], {"0": "right_colon", "1": "left_colon", "2": "rectum"}),
    "v13": ("node_positive", lambda p: 9 if "n" in p["unknown"] else int(p["n"] > 0), YES_0),
    "v14": ("n_crlm", lambda p: p["number"], {}),
    "v15": ("size_max_cm", lambda p: p["size"], {}),
    "v16": ("cea_ng_ml", lambda p: 888 if "cea" in p["unknown"] else p["cea"], {}),
    "v17": ("synchronous", _one("synchronous"), YES_0),
    "v18": ("kras", lambda p: 9 if "ras" in p["unknown"] else {"wt": 0, "mut": 1}[p["ras"]], {"0": "wild_type", "1": "mutated"}),
    "v19": ("extrahepatic_disease", _one("extrahepatic"), YES_0),
    "neoadj": ("preoperative_chemotherapy", _one("chemo"), YES_0),
    "datok": ("resection_date", lambda p: p["resection"], {}),
    "r_stat": ("margin_positive", _one("r1"), YES_0),
    "os_mnd": ("overall_time", lambda p: p["months"], {}),
    "os_stat": ("died", _one("died"), YES_0),
    "dfs_mnd": ("recurrence_time", lambda p: p["recurrence_months"], {}),
    "dfs_stat": ("recurred", _one("relapsed"), YES_0),
    "filter_$": (None, lambda p: 1, {}),
}  # fmt: skip

SPSS_LABELS = {
    "lft": "Age at surgery (years)",
    "v12": "Location of primary tumour",
    "v13": "Lymph node status of primary",
    "v14": "Number of liver metastases",
    "v15": "Diameter of largest metastasis (mm)",
    "v16": "Preoperative CEA (ug/l)",
    "v17": "Synchronous metastases",
    "v18": "KRAS mutational status",
    "v19": "Extrahepatic disease at surgery",
    "neoadj": "Neoadjuvant chemotherapy",
    "datok": "Date of liver resection",
    "r_stat": "Resection margin status",
    "os_mnd": "Overall survival in months",
    "os_stat": "Survival status",
    "dfs_mnd": "Disease-free survival in months",
    "dfs_stat": "Recurrence during follow-up",
}

SPSS_CODES = {
    "geslacht": {0: "Male", 1: "Female"},
    "v12": {0: "Right-sided colon", 1: "Left-sided colon", 2: "Rectum"},
    "v13": {0: "N0", 1: "N+", 9: "Unknown"},
    "v17": {0: "Metachronous", 1: "Synchronous"},
    "v18": {0: "Wildtype", 1: "Mutation", 9: "Not tested"},
    "v19": {0: "No", 1: "Yes"},
    "neoadj": {0: "No", 1: "Yes"},
    "r_stat": {0: "R0", 1: "R1"},
    "os_stat": {0: "Alive", 1: "Deceased"},
    "dfs_stat": {0: "No recurrence", 1: "Recurrence"},
}

CHINESE = {
    "病案号": ("patient_id", lambda p: p["id"], {}),
    "性别(1男2女)": ("sex", lambda p: 1 if p["male"] else 2, {"1": "male", "2": "female"}),
    "手术时年龄": ("age", lambda p: p["age"], {}),
    "原发肿瘤部位（1=右半结肠，2=左半结肠，3=直肠）": ("primary_site", lambda p: {"right": 1, "left": 2, "rectum": 3}[p["site"]], {"1": "right_colon", "2": "left_colon", "3": "rectum"}),
    "原发灶淋巴结转移（0=无，1=有）": ("node_positive", lambda p: int(p["n"] > 0), YES_0),
    "肝转移瘤个数": ("n_crlm", lambda p: p["number"], {}),
    "肝转移瘤最大直径（cm）": ("size_max_cm", lambda p: p["size"] / 10, {}),
    "肝转移分布": ("bilobar", lambda p: "双叶" if p["bilobar"] else "单叶", {"双叶": "yes", "单叶": "no"}),
    "转移时间": ("synchronous", lambda p: "同时性" if p["synchronous"] else "异时性", {"同时性": "yes", "异时性": "no"}),
    "肝外转移": ("extrahepatic_disease", lambda p: "有" if p["extrahepatic"] else "无", {"有": "yes"}),
    "术前CEA水平(ng/mL)": ("cea_ng_ml", lambda p: "未查" if "cea" in p["unknown"] else p["cea"], {}),
    "RAS基因": ("ras", lambda p: "未测" if "ras" in p["unknown"] else {"wt": "野生型", "mut": "突变型"}[p["ras"]], {"野生型": "wild_type"}),
    "新辅助化疗": ("preoperative_chemotherapy", lambda p: "有" if p["chemo"] else "无", {"有": "yes"}),
    "手术日期": ("resection_date", lambda p: f"{p['resection']:%Y/%m/%d}", {}),
    "切缘情况": ("margin_positive", lambda p: "R1" if p["r1"] else "R0", {"R1": "yes"}),
    "复发日期": ("recurrence_date", lambda p: f"{p['recurrence']:%Y/%m/%d}" if p["recurrence"] else "", {}),
    "死亡日期": ("death_date", lambda p: f"{p['death']:%Y/%m/%d}" if p["death"] else "", {}),
    "末次随访日期": ("last_contact_date", lambda p: f"{p['last']:%Y/%m/%d}", {}),
    "随访结局（0=存活，1=死亡）": ("died", _one("died"), YES_0),
    "备注": (None, lambda p: "", {}),
}  # fmt: skip

EXPORTS = {
    "italian": ITALIAN,
    "dutch": DUTCH,
    "spss": SPSS,
    "chinese, coded": CHINESE,
}


def write_book(path, export, legend, sheet, legend_sheet, title, groups):
    """Write a workbook: a title over merged cells, headings over groups of columns, the header, the patients; the legend behind."""
    book = openpyxl.Workbook()
    data = book.active
    data.title = sheet
    data["A1"] = title
    data.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(export))
    for left, right, text in groups:
        data.cell(2, left, text)
        data.merge_cells(start_row=2, start_column=left, end_row=2, end_column=right)
    for place, header in enumerate(export, 1):
        data.cell(3, place, header)
    for row, patient in enumerate(draw_patients(140, 23), 4):
        for place, (_, make, _) in enumerate(export.values(), 1):
            data.cell(row, place, make(patient))
    listed = book.create_sheet(legend_sheet)
    for line in legend:
        listed.append(line)
    book.save(path)


def write_exports(folder):
    """Write the four files into a folder; returns {name: path}."""
    paths = {
        "italian": folder / "italiano.xlsx",
        "dutch": folder / "nederlands.xlsx",
        "spss": folder / "rotterdam.sav",
        "chinese, coded": folder / "zhongwen.csv",
    }
    groups = ((1, 3, "Paziente"), (4, 8, "Primitivo"), (9, 14, "Metastasi"))
    title = "Metastasi epatiche 2012-2020 (dati inventati)"
    write_book(paths["italian"], ITALIAN, ITALIAN_LEGEND, "Dati", "Legenda", title, groups)
    groups = ((1, 3, "Patiënt"), (4, 5, "Primaire tumor"), (6, 11, "Levermetastasen"))
    title = "CRLM-database (verzonnen gegevens)"
    write_book(paths["dutch"], DUTCH, DUTCH_LEGEND, "Data", "Codes", title, groups)
    _write_spss(paths["spss"])
    lines = [
        CHINESE,
        *([make(p) for _, make, _ in CHINESE.values()] for p in draw_patients(140, 23)),
    ]
    text = "\r\n".join(",".join(map(str, line)) for line in lines)
    paths["chinese, coded"].write_bytes(text.encode("gb18030"))
    return paths


def _write_spss(path):
    import pandas as pd
    import pyreadstat

    table = pd.DataFrame(
        {name: [make(p) for p in draw_patients(140, 23)] for name, (_, make, _) in SPSS.items()}
    )
    table = table.rename(columns={"filter_$": "filter_$"})
    pyreadstat.write_sav(
        table,
        str(path),
        column_labels=[SPSS_LABELS.get(name, "") for name in SPSS],
        variable_value_labels=SPSS_CODES,
        missing_ranges={"v13": [9], "v18": [9], "v16": [888]},
    )
