"""Whether the values of a column can be what its header says: its kind, its unit, its range."""

import re
from dataclasses import dataclass, field, replace

import numpy as np

from crlm.cohort.conversion import NEGATIVE_CODES, scale
from crlm.cohort.written_dates import FORMATS, MONTH_FORMATS, QUARTER, parse_date, read_quarter
from crlm.plan.variables import LEVEL_KINDS, NUMBER, as_code, list_levels
from crlm.proposal.level_codes import FEW, read_levels
from crlm.proposal.profile import ISO, MOST
from crlm.proposal.ticks import read_ticks
from crlm.proposal.vocabulary import plain

OUTSIDE = 0.05  # share of impossible numbers from which the column is something else
ENOUGH = 10  # entries from which two different numbers are too few for a measurement
LONELY = 1.8  # a code for missing lies so many times above all other numbers
REPEATED = 3  # times that a code for missing stands there, and times as often as any number near it
MOST_WORDS = 0.7  # numbers from which the words among them (`multiple`) are asked
MEDIANS = 5  # entries from which a median says something
MOST_ROWS = 30  # rows per patient up to which a column that is called an identifier is one
ROWS = {
    "fold": "each variable is taken from the rows of a patient that have it",
    "first": "only the first row of a patient counts",
    "last": "only the last row of a patient counts",
}
ONE_ROW = "each patient has one row, and these are mistakes, which a run names with their rows"
BARE = ("%y%m%d", "%d%m%y", "%d%m%Y")  # days written without a sign between their parts
DIGITS = re.compile(r"\d{6}|\d{8}")
HIDDEN = (99, 999, 9999, 99999, 88, 888)


@dataclass
class Fit:
    """One way to read a column as a variable. change: what it sets in the guess; sure: nobody need be asked; why, label: words."""

    change: dict
    sure: bool = True
    why: str = ""
    doubts: list = field(default_factory=list)
    labels: list = field(default_factory=list)  # of `change` and of the other ways in `others`
    others: list = field(default_factory=list)
    blind: bool = False  # no way is likelier than another: left out unless the user knows


def fit_values(variable, spec, profile, header, labels, vocabulary, units):
    """Return the Fit of a column to a variable, or the reason (text) why its values contradict it."""
    ticks = read_ticks(variable, spec, profile, header, {**header.codes, **labels}, vocabulary)
    if ticks:
        ways, words, why = ticks
        return Fit(ways[0], False, why, [why], words, ways[1:])
    if profile.filled == 0:
        words = ", ".join(profile.missing)
        return (
            f"only {words} stands there, which usually means missing"
            if words
            else "the column is empty"
        )
    kind = spec["kind"]
    if header.negated and kind != "binary":
        return "the header names the opposite"
    if kind == "date":
        return _fit_date(profile)
    if kind in LEVEL_KINDS:
        return _fit_levels(variable, spec, profile, header, labels, vocabulary)
    return _fit_number(spec, _leave_out(profile, labels, header, vocabulary), header, units)


def fit_identifier(profile, weak=False):
    """Return the Fit of a column to the patient's identifier, or why not. weak: the header says little of it."""
    if profile.filled == 0 or profile.share_dates > 0.5:
        return "no identifiers stand there"
    if len(profile.codes) < profile.filled / (3 if weak else MOST_ROWS):
        return "its entries repeat too often"
    twice = profile.filled - len(profile.codes)
    if not twice:
        return Fit({}, why="every entry is there once")
    again = [code for code, count in profile.codes.items() if count > 1]
    if len(again) <= OUTSIDE * len(profile.codes):
        entries = "one entry stands" if len(again) == 1 else f"{len(again)} entries stand"
        text = f"{entries} there more than once"
        changes = [{}, *({"settings": {"rows": each}} for each in ROWS)]
        words = [
            ONE_ROW,
            *(f"these patients have several rows, and {each}" for each in ROWS.values()),
        ]
        return Fit(changes[0], False, text, [text], words, changes[1:])
    text = f"some entries stand there more than once ({twice}), so that patients have several rows"
    changes = [{"settings": {"rows": each}} for each in ROWS]
    return Fit(changes[0], False, text, [text], list(ROWS.values()), changes[1:])


def _fit_date(profile):
    if profile.share_dates >= MOST:
        return Fit({}, why="its entries are dates")
    if profile.serial and profile.share_numbers >= MOST:
        return Fit(
            {"settings": {"date_format": "excel"}}, why="serial numbers of a spreadsheet's days"
        )
    return _fit_odd_date(profile)


def _fit_odd_date(profile):
    """Days without a sign between their parts (080305), months and quarters of a year: read where every entry is one."""
    codes = [str(code) for code in profile.codes]
    days = [
        form for form in BARE if all(DIGITS.fullmatch(c) and parse_date(c, form) for c in codes)
    ]
    months = [form for form in MONTH_FORMATS if all(parse_date(code, form) for code in codes)]
    months += [QUARTER] if all(map(read_quarter, codes)) else []
    ways = [{"settings": {"date_format": form}} for form in (*days, *months)]
    if not ways:
        return _say_mixed(codes)
    if days and not months and len(days) == 1:
        return Fit(ways[0], why="its entries are dates")
    why = (
        "only months or quarters are known, not days"
        if months
        else "its dates may be read in several ways"
    )
    return Fit(
        ways[0],
        False,
        why,
        [why],
        [f"`{each['settings']['date_format']}`" for each in ways],
        ways[1:],
    )


def _say_mixed(codes):
    """Why texts are no dates: years alone, and two ways of writing in one column, are told."""
    if all(re.fullmatch(r"(19|20)\d\d", code) for code in codes):
        return "only years stand there: where month and day have columns of their own, make one date of the three"
    others = [code for code in codes if parse_date(code[:10], ISO) is None]
    form = next((each for each in FORMATS if all(parse_date(code, each) for code in others)), None)
    if form is None or not others or len(others) == len(codes):
        return "its entries are no dates"
    return f"some of its dates are written as 2014-05-31 and the others in the format {form}: write all of them in one way"


def _fit_levels(variable, spec, profile, header, labels, vocabulary):
    if header.unit not in (None, "%") or (header.unit == "%" and profile.share_numbers > MOST):
        return f"it is in {header.unit}"
    if profile.share_dates > 0.5:
        return "its entries are dates"
    if spec["kind"] == "categorical" and not spec.get("levels"):
        return _fit_places(profile, spec)
    if any(
        re.fullmatch(r"\d+[.,]\d+", code) and float(code.replace(",", ".")) % 1
        for code in profile.codes
    ):
        return "its codes do not fit"
    told = {as_code(code): meaning for code, meaning in {**header.codes, **labels}.items()}
    readings = read_levels(variable, spec, profile, header, labels, vocabulary)
    if not readings:
        few = (
            all(code.lstrip("-").isdigit() for code in profile.codes) and len(profile.codes) <= FEW
        )
        if few and set(map(as_code, profile.codes)) <= set(told):
            return "the words that explain its codes are not known"
        return "it is not told what its codes mean" if few else "its codes do not fit"
    first = readings[0]
    changes = [{"values": each.values, "missing": each.missing} for each in readings]
    words = [_say_codes(each, spec, told) for each in readings]
    doubts = [] if first.sure else [first.why]
    return Fit(changes[0], first.sure, first.why, doubts, words, changes[1:], first.blind)


def _fit_places(profile, spec):
    """A centre has no levels in the dictionary: each entry is one, named for the plan."""
    if not 1 < len(profile.codes) <= FEW:
        return "one place only" if len(profile.codes) == 1 else "too many places"
    names = make_level_names(profile.codes, "place")
    pairs = sorted(zip(profile.codes, names, strict=True))
    return Fit(
        {"values": dict(pairs), "settings": {"places": spec["label"]}}, why="each entry is a place"
    )


def make_level_names(codes, word="level"):
    """Return a name for the plan for each entry of a column: the entry in small letters, behind the word where it begins with
    a digit, or a number behind the word."""
    names = [re.sub(r"\W+", "_", plain(code)).strip("_") for code in codes]
    names = [f"{word}_{name}" if name[:1].isdecimal() else name for name in names]
    plainly = all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)
    if not plainly or len(set(names)) < len(names):
        names = [f"{word}_{number}" for number, _ in enumerate(names, 1)]
    return names


def _say_codes(reading, spec, told):
    labels = spec.get("level_labels", {})
    codes = [*reading.values, *reading.missing]
    meant = {code: f" ({told[as_code(code)]})" for code in codes if as_code(code) in told}
    parts = [
        f"{code}{meant.get(code, '')} = {' or '.join(labels.get(each, each) for each in list_levels(level))}"
        for code, level in reading.values.items()
    ]
    unknown = [f"{code}{meant.get(code, '')}" for code in reading.missing]
    parts += [f"{code} = missing" for code in unknown]
    return ", ".join(parts)


def _leave_out(profile, labels, header, vocabulary):
    """The profile, and with it the numbers of which the file says that they mean missing, without them."""
    words = {plain(word) for word in vocabulary.missing_words}
    told = [code for code, meaning in {**header.codes, **labels}.items() if plain(meaning) in words]
    told = sorted({float(code) for code in map(as_code, told) if NUMBER.fullmatch(code)})
    found = [code for code in told if code in profile.numbers]
    numbers = np.where(np.isin(profile.numbers, found), np.nan, profile.numbers)
    return replace(profile, numbers=numbers, told_missing=found)


def _fit_number(spec, profile, header, units):
    written = {unit for unit in profile.units if unit}
    if not written:
        return _fit_plain_number(spec, profile, header, units)
    accepted = units.get(spec.get("unit"), {spec.get("unit"): 1})
    if not written <= set(accepted):
        return f"it is in {' and '.join(sorted(written))}"
    bare = profile.units.count(None)
    bases = [header.unit] if header.unit in accepted else list(accepted) if bare else [spec["unit"]]
    fits = {base: _fit_written(base, spec, profile, header, units, accepted) for base in bases}
    found = {base: fit for base, fit in fits.items() if isinstance(fit, Fit)}
    if not found:
        return fits[bases[0]]
    fit = next(iter(found.values()))
    fit.why += f"; {len(profile.units) - bare} entries say their unit, which counts"
    if bare and header.unit is None and not fit.doubts:
        others = [each.change for base, each in found.items() if each is not fit]
        labels = [f"an entry without a unit is in {base}" for base in found]
        doubt = f"{bare} entries say no unit, others do"
        return replace(fit, sure=False, doubts=[doubt], labels=labels, others=others)
    return fit


def _fit_written(base, spec, profile, header, units, accepted):
    """The Fit of numbers of which some say their unit, the others being in `base`."""
    factors = [accepted[unit or base] / accepted[base] for unit in profile.units]
    profile = replace(profile, numbers=profile.numbers * factors, serial=False)
    return _fit_plain_number(spec, profile, replace(header, unit=base, odd=""), units)


def _fit_plain_number(spec, profile, header, units):
    numbers = profile.numbers[~np.isnan(profile.numbers)]
    if not len(numbers):
        return "no numbers stand there"
    words = sum(_find_words(profile).values()) / profile.filled
    if profile.share_numbers < MOST_WORDS or profile.share_numbers + words < MOST:
        return "its entries are no numbers"
    if profile.serial and spec["kind"] != "duration":
        return "its entries look like days of a spreadsheet"
    share = spec.get("unit") == "%" and numbers.max() > 1  # of a pattern may be 0 or 100 in all
    two = len(np.unique(numbers)) <= 2 and profile.filled >= ENOUGH
    if two and spec["kind"] != "count" and not share:
        return "two different numbers only"
    if spec["kind"] == "count" and set(np.unique(numbers)) <= {0, 1} and profile.filled >= ENOUGH:
        return "0 and 1 only"
    accepted = units.get(spec.get("unit"), {spec.get("unit"): 1})
    if (
        header.unit
        and header.unit not in accepted
        and not (spec.get("unit") is None and header.unit == "%")
    ):
        return f"it is in {header.unit}"
    unit, doubt, why = _choose_unit(spec, numbers, header.unit, accepted)
    if unit is False:
        return why
    if header.odd and unit:
        doubt = f"the header names a unit that is not known, '{header.odd}'"
    numbers = scale(numbers, accepted.get(unit, 1))
    if spec["kind"] == "count" and np.mean(numbers == np.floor(numbers)) < MOST:
        return "its numbers are not whole"
    missing, asked = _suspect(spec, profile, accepted.get(unit, 1))
    told = [int(code) if code.is_integer() else code for code in profile.told_missing]
    low, high = spec.get("range") or (-np.inf, np.inf)
    kept = numbers[
        ~np.isin(numbers, [scale(code, accepted.get(unit, 1)) for code in (*missing, *asked)])
    ]
    if len(kept) and np.mean((kept < low) | (kept > high)) > OUTSIDE:
        return f"many numbers are outside {low:g} to {high:g}"
    fit = _build_fit(unit, doubt, why, missing, asked, profile, accepted)
    fit.blind = bool(header.odd and unit)  # no conversion is made up
    if spec["kind"] == "count" and set(np.unique(numbers)) == {1, 2} and profile.filled >= ENOUGH:
        fit.doubts.append("1 and 2 alone may be numbers, or codes of no and yes")
        fit.labels = fit.labels or ["they are numbers"]
        fit.sure, fit.blind = False, True
    if told:
        fit.why += f"; {', '.join(map(str, told))} means missing, as the file explains"
        for change in (fit.change, *fit.others):
            change["missing"] = [*map(str, told), *change["missing"]]
    return fit


def _build_fit(unit, doubt, why, missing, asked, profile, accepted):
    change = {"unit": unit, "missing": [str(code) for code in missing]}
    if profile.limits:
        change["settings"] = {"censored": "half"}
        why += f"; {profile.limits} limits such as <5 or >10 count as half the lower or as the upper limit (a convention)"
    if missing:
        why += f"; {', '.join(map(str, missing))} taken as missing: impossible as a number"
    doubts, labels, others = [], [], []
    words = {} if asked or doubt else _find_words(profile)
    if words:
        listed = ", ".join(f"'{word}'" for word in words)
        count = sum(words.values())
        doubts.append(
            f"{listed} ({count} entries) {'is no number' if len(words) == 1 else 'are no numbers'}"
        )
        labels = [
            f"{listed}: missing",
            f"{listed}: a mistake, which a run names with its rows",
        ]
        others = [{**change}]
        change = {**change, "missing": [*change["missing"], *words]}
    if asked:
        code = asked[0]
        doubts.append(
            f"{code} may mean missing: it lies far above all other numbers, or stands there far oftener than those near it"
        )
        labels = [f"{code} means missing", f"{code} is a true number"]
        others = [{**change}]
        change = {**change, "missing": [*change["missing"], *map(str, asked)]}
    if doubt:
        doubts.append(doubt)
        second = [each for each in accepted if each != unit][:3]
        if not labels:
            labels = [f"the unit is {unit}", *(f"the unit is {each}" for each in second)]
            others = [{**change, "unit": each} for each in second]
    return Fit(change, not doubts, why, doubts, labels, others)


def _find_words(profile):
    """{word: how often it stands} of those among numbers again and again; one that stands once is a slip.

    A text with a digit (`12 mm`) may be a measurement, is never proposed as missing, and is left to a run, which names its rows.
    """
    return {
        code: count
        for code, count in profile.codes.items()
        if count >= REPEATED and not any(sign.isdigit() for sign in code)
    }


def _choose_unit(spec, numbers, told, accepted):
    """(unit, doubt, why): the header's unit, the dictionary's or, where the median is impossible in it, another that fits."""
    own = spec.get("unit")
    limits = spec.get("plausible_median")
    if not accepted or own is None:
        return None, None, "its numbers are possible"
    middle = float(np.median(numbers))
    if "fraction" in accepted and numbers.max() <= 1 and (numbers != np.floor(numbers)).any():
        doubt = "the header says %, but no number is above 1" if told == "%" else None
        return "fraction", doubt, "no number is above 1, and some lie between 0 and 1"
    fits = {
        unit: limits is None or limits[0] <= middle * factor <= limits[1]
        for unit, factor in accepted.items()
    }
    first = told or own
    if len(numbers) < MEDIANS or fits[first]:
        words = "the header names the unit" if told else f"the middle value {middle:g} fits {first}"
        return first, None, words
    # µg/L and ng/mL are one
    others = {accepted[unit]: unit for unit, fit in reversed(fits.items()) if fit}
    if not others:
        return False, None, f"the middle value {middle:g} is impossible"
    unit = next(iter(others.values()))
    if told or len(others) > 1:
        text = f"the header says {told}, but" if told else "no unit is named, and"
        return unit, f"{text} the middle value {middle:g} would rather be {unit}", "unit unsure"
    return unit, None, f"the middle value {middle:g} is possible in {unit} only"


def _suspect(spec, profile, factor):
    """Numbers that are codes for missing: impossible ones, and those to be asked: far above all others, or oftener."""
    numbers = profile.numbers[~np.isnan(profile.numbers)]
    low, high = spec.get("range") or (-np.inf, np.inf)
    present = set(numbers)
    missing = [
        code
        for code in (*NEGATIVE_CODES, *HIDDEN)
        if code in present and not low <= scale(code, factor) <= high
    ]
    if low == -np.inf:
        missing += [code for code in NEGATIVE_CODES if code in present]
    rest = numbers[~np.isin(numbers, missing)]
    asked = []
    for code in HIDDEN:
        others = rest[rest != code]
        if code not in present or code in missing or not len(others):
            continue
        _, near = np.unique(others[others > code / LONELY], return_counts=True)
        often = (rest == code).sum() > REPEATED * max(near, default=0)
        if not len(near) or ((rest == code).sum() >= REPEATED and often):
            asked.append(code)
    return missing, asked
