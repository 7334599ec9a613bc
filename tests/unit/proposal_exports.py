"""Made-up exports of hospitals (no real patient): a German workbook, a French text file, a Chinese one. The same patients in each."""

import datetime

import numpy as np

LAST = datetime.date(2023, 6, 30)


def draw_patients(count=160, seed=11):
    """Return a list of dicts: one made-up patient each, with dates, in neutral words."""
    random = np.random.default_rng(seed)
    patients = []
    for number in range(1, count + 1):
        resection = datetime.date(2012, 1, 1) + datetime.timedelta(int(random.integers(0, 3000)))
        synchronous = bool(random.random() < 0.5)
        free = 0 if synchronous else int(random.integers(200, 1200))
        metastases = resection - datetime.timedelta(int(random.integers(30, 150)))
        primary = metastases - datetime.timedelta(free)
        pure = random.random() < 0.25
        share = 100 if pure else int(random.integers(0, 19)) * 5
        number_of = int(min(random.geometric(0.4), 12))
        hazard = 0.012 * (0.5 if pure else 1.0) * (1 + 0.05 * number_of)
        recurrence = float(random.exponential(0.6 / hazard))
        death = recurrence + float(random.exponential(0.7 / hazard))
        end = (LAST - resection).days / 30.4375
        relapsed, died = recurrence < end, death < end

        def day(months, start=resection):
            return start + datetime.timedelta(round(months * 30.4375))

        patients.append(
            {
                "id": f"M{number:04d}",
                "male": bool(random.random() < 0.6),
                "age": int(random.integers(38, 84)),
                "resection": resection,
                "metastases": metastases,
                "primary": primary,
                "site": str(random.choice(["right", "left", "rectum"])),
                "t": int(random.choice([2, 3, 3, 3, 4])),
                "n": int(random.choice([0, 1, 2])),
                "synchronous": synchronous,
                "number": number_of,
                "size": round(float(random.gamma(3, 11)) + 6),
                "bilobar": bool(number_of > 1 and random.random() < 0.5),
                "extrahepatic": bool(random.random() < 0.12),
                "cea": round(float(random.lognormal(2.5, 1.2)), 1),
                "ras": str(random.choice(["wt", "mut"])),
                "chemo": bool(random.random() < 0.6),
                "r1": bool(random.random() < 0.15),
                "desmoplastic": share,
                "replacement": (100 - share) // 10 * 10 if share < 100 else 0,
                "recurrence": day(recurrence) if relapsed else None,
                "recurrence_months": round(min(recurrence, end), 1),
                "relapsed": relapsed,
                "liver": bool(random.random() < 0.5) if relapsed else None,
                "death": day(death) if died else None,
                "died": died,
                "months": round(min(death, end), 1),
                "last": day(death) if died else LAST,
                "unknown": set(np.array(["ras", "cea", "n"])[random.random(3) < 0.08]),
            }
        )  # fmt: skip
    return patients


GERMAN = {
    "Pat.-Nr.": ("patient_id", lambda p: p["id"]),
    "Geschlecht": ("sex", lambda p: "männlich" if p["male"] else "weiblich"),
    "Alter bei OP": ("age", lambda p: p["age"]),
    "Diagnosedatum Primärtumor": ("primary_date", lambda p: p["primary"]),
    "Lokalisation Primarius": ("primary_site", lambda p: {"right": "rechtes Kolon", "left": "linkes Kolon", "rectum": "Rektum"}[p["site"]]),
    "pT": ("pt_primary", lambda p: f"pT{p['t']}"),
    "pN": ("pn_primary", lambda p: "k.A." if "n" in p["unknown"] else f"pN{p['n']}"),
    "Diagnose Lebermetastasen": ("metastases_date", lambda p: p["metastases"]),
    "synchrone Metastasen": ("synchronous", lambda p: "ja" if p["synchronous"] else "nein"),
    "Anzahl Lebermetastasen": ("n_crlm", lambda p: p["number"]),
    "größter Durchmesser (mm)": ("size_max_cm", lambda p: p["size"]),
    "bilobärer Befall": ("bilobar", lambda p: "ja" if p["bilobar"] else "nein"),
    "extrahepatische Metastasen": ("extrahepatic_disease", lambda p: "ja" if p["extrahepatic"] else "nein"),
    "CEA präoperativ (µg/l)": ("cea_ng_ml", lambda p: "k.A." if "cea" in p["unknown"] else p["cea"]),
    "RAS-Status": ("ras", lambda p: "k.A." if "ras" in p["unknown"] else {"wt": "Wildtyp", "mut": "mutiert"}[p["ras"]]),
    "neoadjuvante Chemotherapie": ("preoperative_chemotherapy", lambda p: "ja" if p["chemo"] else "nein"),
    "Datum der Leberresektion": ("resection_date", lambda p: p["resection"]),
    "R-Status": ("margin_positive", lambda p: "R1" if p["r1"] else "R0"),
    "desmoplastisch (%)": ("hgp_desmoplastic", lambda p: p["desmoplastic"]),
    "verdrängend (%)": ("hgp_replacement", lambda p: 100 - p["desmoplastic"]),
    "Rezidivdatum": ("recurrence_date", lambda p: p["recurrence"]),
    "Status (0/1)": ("died", lambda p: int(p["died"])),
    "Sterbedatum": ("death_date", lambda p: p["death"]),
    "letzter Kontakt": ("last_contact_date", lambda p: p["last"]),
    "Bemerkung": (None, lambda p: None),
}  # fmt: skip

FRENCH = {
    "N° dossier": ("patient_id", lambda p: p["id"]),
    "Sexe": ("sex", lambda p: "H" if p["male"] else "F"),
    "Âge (ans)": ("age", lambda p: p["age"]),
    "Nombre de métastases hépatiques": ("n_crlm", lambda p: p["number"]),
    "Taille max (cm)": ("size_max_cm", lambda p: f"{p['size'] / 10:.1f}".replace(".", ",")),
    "ACE préopératoire (ng/mL)": ("cea_ng_ml", lambda p: "NC" if "cea" in p["unknown"] else f"{p['cea']:.1f}".replace(".", ",")),
    "Ganglions envahis": ("node_positive", lambda p: "NC" if "n" in p["unknown"] else "oui" if p["n"] else "non"),
    "Métastases synchrones": ("synchronous", lambda p: "oui" if p["synchronous"] else "non"),
    "Maladie extra-hépatique": ("extrahepatic_disease", lambda p: "oui" if p["extrahepatic"] else "non"),
    "Date de l'hépatectomie": ("resection_date", lambda p: p["resection"].strftime("%d/%m/%Y")),
    "Date de récidive": ("recurrence_date", lambda p: p["recurrence"].strftime("%d/%m/%Y") if p["recurrence"] else ""),
    "Date de décès": ("death_date", lambda p: p["death"].strftime("%d/%m/%Y") if p["death"] else ""),
    "Date des dernières nouvelles": ("last_contact_date", lambda p: p["last"].strftime("%d/%m/%Y")),
}  # fmt: skip

CHINESE = {
    "住院号": ("patient_id", lambda p: p["id"]),
    "性别": ("sex", lambda p: "男" if p["male"] else "女"),
    "年龄": ("age", lambda p: p["age"]),
    "原发部位": ("primary_site", lambda p: {"right": "右半结肠", "left": "左半结肠", "rectum": "直肠"}[p["site"]]),
    "肝转移灶数目": ("n_crlm", lambda p: p["number"]),
    "最大径(mm)": ("size_max_cm", lambda p: p["size"]),
    "术前CEA(ng/ml)": ("cea_ng_ml", lambda p: "不详" if "cea" in p["unknown"] else p["cea"]),
    "同时性转移": ("synchronous", lambda p: "是" if p["synchronous"] else "否"),
    "术前化疗": ("preoperative_chemotherapy", lambda p: "是" if p["chemo"] else "否"),
    "切缘": ("margin_positive", lambda p: "R1" if p["r1"] else "R0"),
    "生存时间(月)": ("overall_time", lambda p: p["months"]),
    "生存状态": ("died", lambda p: 1 if p["died"] else 0),
    "无复发生存时间(月)": ("recurrence_time", lambda p: p["recurrence_months"]),
    "复发": ("recurred", lambda p: "是" if p["relapsed"] else "否"),
}  # fmt: skip


def list_truth(export):
    """Return {header: variable, or None} of an export."""
    return {header: name for header, (name, _) in export.items()}


def write_german(path, count=160):
    """A workbook as a secretary keeps it: a sheet of notes first, a title over merged cells, headings over groups of columns."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Hinweise"
    book.active["A1"] = "Lebermetastasen-Register der Musterklinik"
    sheet = book.create_sheet("Daten 2023")
    sheet["A1"] = "CRLM-Register, Stand 30.06.2023 (frei erfunden)"
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(GERMAN))
    for left, right, text in ((1, 3, "Patient"), (4, 7, "Primarius"), (8, 15, "Metastasen")):
        sheet.cell(2, left, text)
        sheet.merge_cells(start_row=2, start_column=left, end_row=2, end_column=right)
    for place, header in enumerate(GERMAN, 1):
        sheet.cell(3, place, header)
    for row, patient in enumerate(draw_patients(count), 4):
        for place, (_, make) in enumerate(GERMAN.values(), 1):
            sheet.cell(row, place, make(patient))
    book.save(path)


def write_text(path, export, delimiter=";", encoding="utf-8", heading=""):
    lines = [heading] if heading else []
    lines.append(delimiter.join(export))
    lines += [
        delimiter.join(str(make(patient)) for _, make in export.values())
        for patient in draw_patients()
    ]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
