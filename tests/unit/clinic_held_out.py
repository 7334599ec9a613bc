"""Two more made-up exports: a Spanish workbook, a German one of codes explained in headers and in a key.

They were written after the words of `headers.yaml` and looked at once before these were changed: 26 of their 41 variables were then
right and none was wrong. Since then their abbreviations are among the words. As in `clinic_exports`: {header: (variable or None, entry
of a patient, {code: level})}.
"""

from clinic_exports import write_book

YES_1 = {"1": "yes", "0": "no"}

SPANISH = {
    "NHC": ("patient_id", lambda p: p["id"], {}),
    "Sexo (1: varón, 2: mujer)": ("sex", lambda p: 1 if p["male"] else 2, {"1": "male", "2": "female"}),
    "Edad cirugía": ("age", lambda p: p["age"], {}),
    "Localización primario": ("primary_site", lambda p: {"right": 1, "left": 2, "rectum": 3}[p["site"]], {"1": "right_colon", "3": "rectum"}),
    "pN": ("pn_primary", lambda p: f"N{p['n']}", {"N1": "N1"}),
    "Sincrónica": ("synchronous", lambda p: int(p["synchronous"]), YES_1),
    "Nº MHCCR": ("n_crlm", lambda p: p["number"], {}),
    "Tamaño mayor (mm)": ("size_max_cm", lambda p: p["size"], {}),
    "Bilobar": ("bilobar", lambda p: int(p["bilobar"]), YES_1),
    "Enf. extrahepática": ("extrahepatic_disease", lambda p: int(p["extrahepatic"]), YES_1),
    "CEA preQx (ng/mL)": ("cea_ng_ml", lambda p: "ND" if "cea" in p["unknown"] else p["cea"], {}),
    "RAS": ("ras", lambda p: 9 if "ras" in p["unknown"] else {"wt": 0, "mut": 1}[p["ras"]], {"0": "wild_type", "1": "mutated"}),
    "QT neoady.": ("preoperative_chemotherapy", lambda p: int(p["chemo"]), YES_1),
    "Fecha Qx hepática": ("resection_date", lambda p: p["resection"], {}),
    "Margen afecto": ("margin_positive", lambda p: int(p["r1"]), YES_1),
    "Recidiva": ("recurred", lambda p: int(p["relapsed"]), YES_1),
    "F. recidiva": ("recurrence_date", lambda p: p["recurrence"], {}),
    "Exitus": ("died", lambda p: int(p["died"]), YES_1),
    "F. exitus / último control": ("last_contact_date", lambda p: p["last"], {}),
    "Observaciones": (None, lambda p: None, {}),
}  # fmt: skip

SPANISH_LEGEND = [
    ("Leyenda de códigos",),
    ("Localización primario", "1 = colon derecho\n2 = colon izquierdo\n3 = recto"),
    ("Sincrónica", "0 = no\n1 = sí"), ("Bilobar", "0 = no\n1 = sí"),
    ("Enf. extrahepática", "0 = no\n1 = sí"), ("RAS", "0 = nativo\n1 = mutado\n9 = no realizado"),
    ("QT neoady.", "0 = no\n1 = sí"), ("Recidiva", "0 = no\n1 = sí"), ("Exitus", "0 = no\n1 = sí"),
]  # fmt: skip

GERMAN = {
    "Fall": ("patient_id", lambda p: p["id"], {}),
    "Geschlecht (m=1, w=2)": ("sex", lambda p: 1 if p["male"] else 2, {"1": "male", "2": "female"}),
    "Alter b. Resektion": ("age", lambda p: p["age"], {}),
    "Primärlokalisation": ("primary_site", lambda p: {"right": "A", "left": "B", "rectum": "C"}[p["site"]], {"A": "right_colon", "C": "rectum"}),
    "LK-Status Primarius (ja=1/nein=0)": ("node_positive", lambda p: int(p["n"] > 0), YES_1),
    "Diagnose Primum": ("primary_date", lambda p: p["primary"], {}),
    "ED LM": ("metastases_date", lambda p: p["metastases"], {}),
    "Metastasierung synchron/metachron": ("synchronous", lambda p: "s" if p["synchronous"] else "m", {"s": "yes", "m": "no"}),
    "Metastasenzahl": ("n_crlm", lambda p: p["number"], {}),
    "Größenmaximum in mm": ("size_max_cm", lambda p: p["size"], {}),
    "Befall bds. (0 nein, 1 ja)": ("bilobar", lambda p: int(p["bilobar"]), YES_1),
    "extrahepatischer Tumor (0 nein, 1 ja)": ("extrahepatic_disease", lambda p: int(p["extrahepatic"]), YES_1),
    "CEA vor OP": ("cea_ng_ml", lambda p: 999 if "cea" in p["unknown"] else p["cea"], {}),
    "RAS-Mutation": ("ras", lambda p: 9 if "ras" in p["unknown"] else {"wt": 0, "mut": 1}[p["ras"]], {"0": "wild_type", "1": "mutated"}),
    "neoadjuvante CTx": ("preoperative_chemotherapy", lambda p: int(p["chemo"]), YES_1),
    "Leber-OP am": ("resection_date", lambda p: p["resection"], {}),
    "Resektionsstatus (R0 = 0, R1 = 1)": ("margin_positive", lambda p: int(p["r1"]), YES_1),
    "HGP dHGP %": ("hgp_desmoplastic", lambda p: p["desmoplastic"], {}),
    "Rezidiv j/n": ("recurred", lambda p: "j" if p["relapsed"] else "n", {"j": "yes"}),
    "Rezidiv festgestellt am": ("recurrence_date", lambda p: p["recurrence"], {}),
    "Verbleib": ("died", lambda p: "V" if p["died"] else "L", {"V": "yes", "L": "no"}),
    "zuletzt gesehen": ("last_contact_date", lambda p: p["last"], {}),
}  # fmt: skip

GERMAN_LEGEND = [
    ("Merkmal", "Bedeutung", "Schlüssel", "Text"),
    ("Primärlokalisation", "Sitz des Primums", "A", "Kolon rechts"), (None, None, "B", "Kolon links"), (None, None, "C", "Rektum"),
    ("Metastasierung synchron/metachron", None, "s", "synchron"), (None, None, "m", "metachron"),
    ("CEA vor OP", "CEA präoperativ (ng/ml)", 999, "nicht bestimmt"),
    ("RAS-Mutation", None, 0, "Wildtyp"), (None, None, 1, "mutiert"), (None, None, 9, "nicht bestimmt"),
    ("neoadjuvante CTx", None, 0, "nein"), (None, None, 1, "ja"),
    ("Verbleib", "Vitalstatus bei letztem Kontakt", "L", "lebt"), (None, None, "V", "verstorben"),
]  # fmt: skip

EXPORTS = {"spanish": SPANISH, "german key": GERMAN}


def write_exports(folder):
    """Write both workbooks into a folder; returns {name: path}."""
    paths = {"spanish": folder / "espanol.xlsx", "german key": folder / "schluessel.xlsx"}
    groups = ((1, 3, "Paciente"), (6, 12, "Metástasis"))
    write_book(paths["spanish"], SPANISH, SPANISH_LEGEND, "Base", "Leyenda", "Serie (inventada)", groups)  # fmt: skip
    groups = ((1, 3, "Patient"), (4, 6, "Primum"))
    write_book(paths["german key"], GERMAN, GERMAN_LEGEND, "Tabelle1", "Schlüssel", "Erfunden", groups)  # fmt: skip
    return paths
