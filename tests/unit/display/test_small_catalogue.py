"""A language of a few words: how words are found whole, by template, in parts, and what stays English and is counted."""

import pytest
from crlm.display import formats, keys, language, templates
from crlm.display.language import DEEP, NBSP, SHORT, WEAK

WORDS = {
    "overall survival": "gesamt",
    "Clinical risk": "klinisch",
    "low": "tief",
    "high": "hoch",
    "and": "und",
    "vs": "gegen",
    "events": "ereignisse",
    "per cent of all": "anteil",
    "a sentence": "ein satz",
    "patients at risk": "bestand",
    "estimate of {0} in {1}": "in {1} geschätzt: {0}",
    "survival was estimated for {0}": "{0} wurde geschätzt",
    "survival was estimated for {0} in {1}": "{0} in {1} wurde geschätzt",
    "{0} by {1}": "{1}-{0}",
    "{0} died": "tot: {0}",
}


@pytest.fixture
def use(tmp_path):
    def start(**rules):
        lines = ['msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n']
        lines += [f'msgid "{one}"\nmsgstr "{other}"\n' for one, other in WORDS.items()]
        lines.append('msgid "not said yet"\nmsgstr ""\n')
        path = tmp_path / "de.po"
        path.write_text("\n".join(lines), encoding="utf-8")
        formats.use({"language": "de", **rules}, [tmp_path / "fr.po", path])
        return language.catalogue()

    yield start
    formats.use()


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("overall survival", "gesamt"),
        ("Overall survival", "Gesamt"),
        ("clinical risk", "klinisch"),  # as it stands at the beginning of a label
        ("overall survival.", "gesamt."),
        ("Overall survival:", "Gesamt:"),
        ("² low¹,", "² tief¹,"),
        ("low, high", "tief, hoch"),
        ("low and high", "tief und hoch"),
        ("low vs high", "tief gegen hoch"),
        ("low\nhigh", "tief\nhoch"),
        ("low; high: low", "tief; hoch: tief"),
        ("low – high → low", "tief – hoch → tief"),
        ("Low/High + low", "Tief/Hoch + tief"),
        ("low/high", "low/high"),
        ("low (high, low)", "tief (hoch, tief)"),
        ("low [high].", "tief [hoch]."),
        ("low 1.5", "tief 1,5"),
        ("low 1.5 (0.5–2.5)", "tief 1,5 (0,5–2,5)"),
        ("12 events", "12 ereignisse"),
        ("1,234 events", "1.234 ereignisse"),
        ("estimate of low in 3.5", "in 3,5 geschätzt: tief"),
        ("Estimate of low in high", "In hoch geschätzt: tief"),
        ("survival was estimated for low", "tief wurde geschätzt"),
        ("survival was estimated for low in high", "tief in hoch wurde geschätzt"),
        ("low by high", "hoch-tief"),
        ("12 died", "tot: 12"),
        ("A sentence. Overall survival. Low", "Ein satz. Gesamt. Tief"),
        ("A sentence. (Low)", "Ein satz. (Tief)"),
        ("12.5 (3.5) %", "12,5 (3,5) %"),
        ("45% events", f"45{NBSP}% ereignisse"),
        ("95%-low", None),
        ("", ""),
        ("1.5", "1,5"),
        ("os_5y_low", "os_5y_low"),
        ("Fong 1999", "Fong 1999"),
        ("'low'", "'low'"),
    ],
)
def test_words(use, english, said):
    catalogue = use()
    made = language.say(english)
    if said is None:
        assert catalogue.missed == {english}
    else:
        assert made == said
        assert not catalogue.missed


def test_what_is_unknown_stays_and_is_counted(use):
    catalogue = use()
    assert (
        language.say("Nobody said 1.5 of it. Overall survival.") == "Nobody said 1,5 of it. Gesamt."
    )
    assert catalogue.missed == {"Nobody said 1.5 of it."}
    assert catalogue.asked == {"Nobody said 1.5 of it.", "Overall survival."}
    words = "Survival was estimated for something else."
    said = language.say(words)
    assert said == "Something else wurde geschätzt."  # the sentence is known, a name in it is not
    assert words in catalogue.missed and catalogue.broken[words] == ["something else"]
    assert language.say("something by low") == "something by low"
    assert language.say("low by something") == "low by something"
    assert language.say("not said yet") == "not said yet"


def test_a_template_of_few_letters_takes_only_short_values(use):
    use()
    long = " and ".join(["low"] * 20)
    assert len(long) > SHORT and templates.count_letters("{0} by {1}") < WEAK
    assert language.say(f"high by {long}") != f"{' und '.join(['tief'] * 20)}-hoch"
    assert language.say("high by low and low") == "tief-hoch und tief"
    labels = {"y" * (SHORT + 1)}
    use(own=labels)
    (label,) = labels
    assert language.say(f"high by {label}") == f"{label}-hoch"


def test_labels_of_the_plan_stay(use):
    catalogue = use(own=["Low risk and more", "Group A"])
    assert language.say("Low risk and more") == "Low risk and more"
    assert (
        language.say("Group A low") == "Group A tief"
        and language.say("low Group A") == "tief Group A"
    )
    assert language.say("low and Low risk and more") == "tief und Low risk and more"
    assert language.say("Group A.") == "Group A." and language.say("group A") != "gruppe A"
    assert language.say("estimate of Group A in low") == "in tief geschätzt: Group A"
    assert not {each for each in catalogue.missed if "Group A" in each or "Low risk" in each}


def test_what_was_said_is_not_said_again(use):
    catalogue = use()
    assert language.say(language.say("12,345 events")) == "12.345 ereignisse"
    assert language.keep(["1.5 low", "high"]) == ["1.5 low", "high"]
    assert language.say("1.5 low") == "1.5 low" and "high" in catalogue.said
    formats.use()
    assert language.keep(["x"]) == ["x"] and language.catalogue() is None
    assert language.say("overall survival") == "overall survival"


def test_numbers_of_a_file_stay_and_small_counts_are_hidden(use):
    use(verbatim=True)
    assert language.say("1,234.5 events") == "1,234.5 ereignisse"
    catalogue = use(small_cells=5)
    assert catalogue.small_cells == 5
    assert (
        language.say("3 events") == "<5 ereignisse" and language.say("7 events") == "7 ereignisse"
    )
    assert use().small_cells is None


def test_marked_numbers_keep_their_keys(use):
    use()
    said = language.say(f"Estimate of {keys.mark('1.5', 'k')} in {keys.mark('low', 'l')}.")
    assert keys.split(said) == [
        ("In ", None),
        ("tief", "l"),
        (" geschätzt: ", None),
        ("1,5", "k"),
        (".", None),
    ]
    assert keys.split(language.say(f"low {keys.mark('2.5%', 'k')}"))[1] == (f"2,5{NBSP}%", "k")


def test_no_break_spaces_stay_where_they_were(use):
    use()
    assert language.say(f"overall{NBSP}survival") == "gesamt"
    assert language.say(f"low, p{NBSP}={NBSP}0.5") == f"tief, p{NBSP}={NBSP}0,5"
    assert language.say("low, p = 0.5") == "tief, p = 0,5"


def test_a_catalogue_as_it_is_read(use):
    found = use(own=["A"])
    assert (found.code, found.decimal, found.group, found.own) == ("de", ",", ".", frozenset("A"))
    assert "not said yet" not in found.exact and found.exact["low"] == "tief"
    letters = [sum(map(len, pieces)) for pieces, _ in found.templates]
    assert letters == sorted(letters, reverse=True) and len(letters) == 5
    assert found.templates[0] == (
        ("survival was estimated for ", " in ", ""),
        "{0} in {1} wurde geschätzt",
    )
    places = {word: [found.templates[n][0][0] for n in at] for word, at in found.index.items()}
    assert places["estimate"] == ["estimate of "] and places["died"] == [""]


@pytest.mark.parametrize(
    ("words", "end"),
    [("a.", "a"), (" a:; ", "a"), ("...", "..."), ("a", "a"), ("a!", "a!"), ("a .", "a ")],
)
def test_ends_of_words(words, end):
    assert language.strip_end(words) == end


@pytest.mark.parametrize(
    ("words", "has"),
    [
        ("12 %", False),
        ("NR, T1, II", False),
        ("a 1", False),
        ("ab", True),
        ("results/report.html", False),
        ("cohort.csv", False),
        ("os_5y", False),
        ("Fong et al. 1999", False),
        ("Fong wrote", True),
        ("12", False),
    ],
)
def test_words_of_a_language(words, has):
    assert language.has_words(words) == has
    assert language.has_words(keys.mark(words, "os_median")) == has


def test_values_within_values_are_sought_to_a_depth(use):
    catalogue = use()
    words = "low"
    for _ in range(DEEP - 2):
        words = f"high [{words}]"
    assert language.say(words).count("hoch") == DEEP - 2 and not catalogue.missed
    catalogue, deep = use(), words
    for _ in range(4):
        deep = f"high [{deep}]"
    assert language.say(deep) == deep and catalogue.missed == {deep}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("1,234 and 12,345,678", "1.234 and 12.345.678"),
        ("0.5, 12.25 and 3", "0,5, 12,25 and 3"),
        ("1,23 and 1234.5", "1,23 and 1234,5"),
        ("v1.5 1.2.3 a/1.5 10.1000/x", "v1.5 1.2.3 a/1.5 10.1000/x"),
    ],
)
def test_signs_of_numbers(words, said):
    assert language.write_numbers(words, ",", ".") == said
