"""Results in which no two numbers of a table are the same, how each must be printed, and tables read back by their headings.

No number is formatted by `crlm.display` here: what a cell must say is written a second time.
"""

import functools
import math
import re

import numpy as np
import pandas as pd
from crlm.report.tables import build_tables
from display_inputs import make_plan, make_results

COUNTS = re.compile(
    r"(published_)?(patients|events|at_risk)(_below|_above)?|missing|excluded|remaining|parameters|units|undetermined|pairs|"
    r"discordant_units|lesions|blocks|cuts|permutations|resamples|imputations|readings|largest_at_risk|common|without|"
    r"without_less_complete|of|computed_higher|computed_lower|only|differ|agree|limits|treated|count|determinate|df|observed_events"
)
P_VALUES = re.compile(r"(.*_)?p(_value)?|p_.*|.*_p_value")
LOW, HIGH = (
    re.compile(rf"(.*_)?{ends}(_.*)?") for ends in ("(?:lower|q1|lowest)", "(?:upper|q3|highest)")
)
MONTHS = re.compile(r"(.*_)?(median|mean|rmst|follow_up.*|q1|q3|percent|aic)(_.*)?")
KEPT = {
    *(
        "time",
        "horizon",
        "threshold",
        "cut",
        "from",
        "to",
        "recorded_value",
        "computed_value",
        "value",
        "row",
        "per",
    ),
    *(
        "base_from",
        "base_to",
        "extended_from",
        "extended_to",
        "base_group",
        "extended_group",
        "reference_value",
        "knots",
        "step",
    ),
}  # what a row is about
GOLDEN = (math.sqrt(5) - 1) / 2


class Numbers:
    """Numbers that do not come twice: whole ones, and shares that differ in the third decimal."""

    def __init__(self, seed=0):
        self.whole = iter(np.random.default_rng(5 + seed).permutation(np.arange(112, 997)))
        self.place = 1009 * seed

    def count(self):
        return int(next(self.whole))

    def between(self, low, high):
        self.place += 1
        return low + (high - low) * (self.place * GOLDEN % 1)


def scatter(frame, seed=0):
    """The table with another number in every cell that holds one: missing stays missing, whole whole, limits around estimates."""
    numbers, frame = Numbers(seed), frame.copy().reset_index(drop=True)
    for name in frame.columns:
        column = frame[name]
        known = column.notna()
        if name in KEPT or not pd.api.types.is_numeric_dtype(column) or column.dtype == bool:
            continue
        if COUNTS.fullmatch(name) and (column[known] % 1 == 0).all():
            more = (
                1000 if name.startswith("without") else 0
            )  # without a predictor there are more patients than with it
            made = [more + numbers.count() if value else 0 for value in column[known]]
        elif P_VALUES.fullmatch(name):
            made = [numbers.between(0.01, 0.99) for _ in column[known]]
        else:
            ends = (0.11, 0.29) if LOW.fullmatch(name) else (0.4, 0.6)
            ends = (0.71, 0.89) if HIGH.fullmatch(name) else ends
            factor = 100 if MONTHS.fullmatch(name) else 1
            made = [factor * numbers.between(*ends) for _ in column[known]]
        frame[name] = column.astype(float)
        frame.loc[known, name] = made
        if known.all() and COUNTS.fullmatch(name) and not frame[name].mod(1).any():
            frame[name] = frame[name].astype(int)
    return frame


def fill(rows, columns):
    """A result table of these rows (dicts), with numbers that do not come twice in the columns named; `name#` are whole ones."""
    numbers, table = Numbers(), pd.DataFrame(rows)
    for column in columns.split():
        name = column.removesuffix("#")
        ends = (0.11, 0.29) if LOW.fullmatch(name) else (0.4, 0.6)
        ends = (0.71, 0.89) if HIGH.fullmatch(name) else ends
        factor, whole = 100 if MONTHS.fullmatch(name) else 1, column.endswith("#")
        table[name] = [numbers.count() if whole else factor * numbers.between(*ends) for _ in rows]
    return table


def scatter_results(results):
    """Result tables as `display_inputs.make_results` makes them, every number another."""
    kept = {"growth_patterns", "scores", "data_quality", "cross_check"}
    found = {
        name: scatter(table) if name not in kept else table
        for name, table in results.items()
        if name != "endpoints"
    }
    found["endpoints"] = {
        name: {key: scatter(table) for key, table in tables.items()}
        for name, tables in results["endpoints"].items()
    }
    return found


def lacks(value):
    return value is None or (isinstance(value, float) and math.isnan(value))


def say(value, digits=1, empty="–"):
    """A number to so many decimals, with a true minus sign."""
    return empty if lacks(value) else f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def say_count(value):
    return "" if lacks(value) else str(int(value))


def say_counts(row, *keys):
    return [say_count(row[key]) for key in keys or ("patients", "events")]


def say_p(value, empty="–"):
    if lacks(value):
        return empty
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def say_limits(
    row, keys=("estimate", "lower", "upper"), digits=1, factor=1, empty="–", end="–", join="–"
):
    """`1.41 (1.13–1.75)` of three columns of a row; a limit that is missing is `end`, both missing are left out."""
    estimate, lower, upper = (factor * row[key] for key in keys)
    words = say(estimate, digits, empty)
    if lacks(lower) and lacks(upper):
        return words
    return f"{words} ({say(lower, digits, end)}{join}{say(upper, digits, end)})"


def say_median(row, start="median"):
    keys = (start, f"{start}_lower", f"{start}_upper")
    return say_limits(row, keys, empty="not reached", end="NR")


def say_ratio(row, keys=("hazard_ratio", "lower", "upper")):
    return say_limits(row, keys, digits=2)


def say_percent(row, keys=("estimate", "lower", "upper")):
    return say_limits(row, keys, factor=100)


def say_share(count, total):
    return f"{int(count)} ({100 * count / total:.1f})"


def list_texts(table):
    """[texts of the cells] of every row."""
    return [[cell.text for cell in row.cells] for row in table.rows]


def name_column(column):
    words = [part.replace("\n", " ") for part in (column.over, column.label) if part]
    return ": ".join(words)


def read(table, *headings):
    """[[label of the row, texts under the headings]] of every row; a heading that several columns have stands for the next."""
    names, places = [name_column(column) for column in table.columns], [0]
    for heading in headings:
        place = names.index(heading)
        places.append(place)
        names[place] = None
    return [[row.cells[place].text for place in places] for row in table.rows]


def records(frame, **wanted):
    """The rows with these values, as dicts."""
    for name, value in wanted.items():
        frame = frame[frame[name].isna()] if value is None else frame[frame[name] == value]
    return frame.to_dict("records")


def pick(frame, **wanted):
    """The one row with these values, as a dict."""
    (row,) = records(frame, **wanted)
    return row


@functools.cache
def make_study():
    """(plan, results, {name: table}) of the made-up study, with numbers that are all different."""
    plan = make_plan()
    results = scatter_results(make_results(plan))
    return plan, results, {table.name: table for table in build_tables(plan, results)}


def list_lines(figure):
    """[[texts from left to right]] of every line on the page of a figure, from top to bottom; no-break spaces are spaces."""
    page, lines = figure.axes[0], {}
    for text in page.texts:
        x, y = text.get_position()
        near = next((known for known in lines if abs(known - y) < 0.02), y)
        words = text.get_text().replace("\N{NO-BREAK SPACE}", " ")
        lines.setdefault(near, []).append((x, words))
    return [[words for _, words in sorted(found)] for _, found in sorted(lines.items())]


def find_line(figure, start, place=0):
    """The texts of the line that begins with this one; place: which of several."""
    return [line for line in list_lines(figure) if line and line[0] == start][place]


def find_places(figure, words):
    """Heights (inches from the top of the page) at which this text stands."""
    return sorted(
        text.get_position()[1] for text in figure.axes[0].texts if text.get_text() == words
    )
