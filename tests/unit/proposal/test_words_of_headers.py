"""The list of words is consistent, and headers of eight languages say what they mean."""

import pytest
import yaml
from crlm.proposal.header_words import find_variables, read_header
from crlm.proposal.vocabulary import RULES, plain


def test_every_list_names_what_is_there(workflow):
    listed, variables = workflow["headers"], workflow["dictionary"]["variables"]
    concepts = set(listed["words"])
    for name, patterns in listed["headers"].items():
        assert name in variables or name == "patient_id"
        for pattern in patterns:
            used = set(pattern.lstrip("~").replace("(", "").replace(")", "").split())
            assert used <= concepts, (name, used - concepts)
    for name, levels in listed["levels"].items():
        assert set(levels) <= set(variables[name].get("levels", ["no", "yes"])), name
    for name, digits in listed["digits"].items():
        assert set(digits.values()) <= set(variables[name]["levels"]), name
    for words in listed["several"].values():
        assert all(len(levels) > 1 for levels in words.values())
    for rule in [
        each for each in RULES if each not in ("known", "identifying", "remarks", "blocks", "birth")
    ]:
        names = [name for name in listed[rule] if name in variables]
        assert len(names) == len(listed[rule]) or rule in ("unclear", "inverse"), rule
    told = [concept for each in listed["one_is"].values() for concept in each]
    told += [concept for each in listed["known"].values() for concept in each]
    assert {*told, *listed["unclear"], *listed["inverse"], *listed["identifying"]} <= concepts


def test_every_word_is_a_text(workflow):
    """YAML reads a bare no as false."""
    listed = workflow["headers"]
    texts = [
        *listed["neutral"],
        *listed["negations"],
        *listed["missing"]["words"],
        *listed["yes_no"]["no"],
        *listed["yes_no"]["yes"],
    ]
    texts += [word for each in listed["words"].values() for word in each]
    texts += [
        word for each in listed["levels"].values() for words in each.values() for word in words
    ]
    assert all(isinstance(text, str) for text in texts)


def test_units_are_those_of_the_dictionary(workflow):
    known = {unit for units in workflow["dictionary"]["units"].values() for unit in units}
    assert set(workflow["dictionary"]["unit_words"]) <= known


HEADERS = [
    ("Number of liver metastases", "n_crlm", None),
    ("n_CRLM", "n_crlm", None),
    ("Anzahl der Lebermetastasen", "n_crlm", None),
    ("Aantal levermetastasen", "n_crlm", None),
    ("Nombre de métastases hépatiques", "n_crlm", None),
    ("Numero metastasi epatiche", "n_crlm", None),
    ("Número de metástasis hepáticas", "n_crlm", None),
    ("肝转移灶数目", "n_crlm", None),
    ("肝転移個数", "n_crlm", None),
    ("max. Größe (mm)", "size_max_cm", "mm"),
    ("groesster Durchmesser in mm", "size_max_cm", "mm"),
    ("Taille maximale (cm)", "size_max_cm", "cm"),
    ("最大径(mm)", "size_max_cm", "mm"),
    ("CEA_ug_L", "cea_ng_ml", "µg/L"),
    ("術前CEA (ng/ml)", "cea_ng_ml", "ng/mL"),
    ("Überlebenszeit (Monate)", "overall_time", "months"),
    ("days_to_death", "overall_time", "days"),
    ("Tage bis Rezidiv", "recurrence_time", "days"),
    ("Rezidivdatum", "recurrence_date", None),
    ("Datum operatie", "resection_date", None),
    ("Fecha de la última visita", "last_contact_date", None),
    ("Data ultimo contatto", "last_contact_date", None),
    ("Anti-EGFR", "anti_egfr", None),
    ("Groeipatroon", "hgp_label", None),
    ("促纤维增生(%)", "hgp_desmoplastic", "%"),
]


@pytest.mark.parametrize(("text", "variable", "unit"), HEADERS)
def test_a_header_means_a_variable(vocabulary, text, variable, unit):
    header = read_header(text, vocabulary)
    assert variable in dict(find_variables(header, vocabulary))
    assert header.unit == unit and not header.unknown


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("CEA postoperativ", "cea_ng_ml"),
        ("Größe des Primärtumors (mm)", "size_max_cm"),
        ("Datum der Aufnahme", "resection_date"),
        ("Liver_number", "n_crlm"),
        ("Years since diagnosis of the metastases", "n_crlm"),
        ("survival days since primary diagnosis", "overall_time"),
        ("dose", "overall_time"),
        ("CEA 3 Monate", "cea_ng_ml"),
        ("Körpergröße (cm)", "size_max_cm"),
        ("30-day mortality", "died"),
        ("Clavien-Dindo Grad", "differentiation"),
        ("sinusoidal dilatation present", "hgp_sinusoidal"),
    ],
)
def test_a_header_that_says_more_is_another_column(vocabulary, text, variable):
    assert variable not in dict(find_variables(read_header(text, vocabulary), vocabulary))


def test_a_misspelt_word_is_known_and_told(vocabulary):
    header = read_header("Recurence date", vocabulary)
    assert header.guessed == ("recurence",)
    assert dict(find_variables(header, vocabulary)) == {"recurrence_date": False}


@pytest.mark.parametrize(
    "text",
    ["Status (0=alive, 1=dead)", "vital status [0: alive; 1: dead]", "生存状态（0=存活，1=死亡）"],
)
def test_codes_that_a_header_explains(vocabulary, text):
    codes = read_header(text, vocabulary).codes
    assert set(codes) == {"0", "1"} and codes["1"] in ("dead", "死亡")


def test_plain_text():
    assert plain("Größe_(mm)") == "grosse mm" and plain("+") == "+" and plain("DÉCÈS") == "deces"


def test_headers_of_eight_languages_mean_what_clinicians_mean(root, vocabulary):
    """Nearly all are known, and where one is known surely the variable is among those that it may mean."""
    listed = yaml.safe_load((root / "tests/header_words.yaml").read_text(encoding="utf-8"))
    unseen, wrong, count = [], [], 0
    for variables in listed.values():
        for variable, headers in variables.items():
            for header in headers:
                found = dict(find_variables(read_header(header, vocabulary), vocabulary))
                count += 1
                unseen += [] if variable in found else [header]
                wrong += [header] if variable not in found and False in found.values() else []
    assert len(listed) == 8 and count > 400
    assert not wrong and len(unseen) <= 0.01 * count, (wrong, unseen)


@pytest.mark.parametrize("name", ["overall_time", "recurrence_time", "hepatic_recurrence_time", "ca199_u_ml", "cea_ng_ml"])  # fmt: skip
def test_the_label_of_a_variable_is_a_header_of_it(vocabulary, workflow, name):
    label = workflow["dictionary"]["variables"][name]["label"]
    assert [each for each, _ in find_variables(read_header(label, vocabulary), vocabulary)] == [
        name
    ]


@pytest.mark.parametrize(
    ("header", "variable", "unit"),
    [
        ("Délai décès ou dernières nouvelles (jours)", "overall_time", "days"),
        ("Zeit bis Tod oder letzter Kontakt (Monate)", "overall_time", "months"),
        ("Time to recurrence or death (months)", "recurrence_time", "months"),
        ("Zeit bis Rezidiv oder letzter Kontakt (Tage)", "recurrence_time", "days"),
    ],
)
def test_times_until_an_event_or_the_last_contact(vocabulary, header, variable, unit):
    read = read_header(header, vocabulary)
    assert find_variables(read, vocabulary) == [(variable, False)] and read.unit == unit
