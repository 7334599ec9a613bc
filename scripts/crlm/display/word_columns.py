"""Room of a table in Word: widths of its columns that break no word, its size of type, its height on the page."""

import functools
import re
import unicodedata
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

POINT = 2.54 / 72  # cm
UNKNOWN = 600  # thousandths of the size: of a character that Helvetica's table does not have, wider than a digit
PADDING = 0.23  # cm beside the text of a cell
LINE, AROUND = 1.17, 1.5  # height of a line in sizes of type, points above and below it
FIRST, OTHER = 7.5, 6.0  # cm that a text takes before it wraps
PORTRAIT, LANDSCAPE = (
    17.0,
    25.7,
)  # room for a table, cm (A4 with margins of 2 cm); each is the height of the other
SQUEEZE = 1.2  # a table that is a little wider is made narrower instead of turned
SIZES = (
    8,
    7.5,
    7,
    6.5,
    6,
)  # points of the type of tables; smaller ones only where a table needs them
NBSP = "\N{NO-BREAK SPACE}"
BOUND = re.compile(
    r"(?<=\bn) (?==)|(?<=[<>=≤≥]) (?=\d)|(?<=\d) (?=%|months?\b|years?\b|days?\b)|(?<=95%) (?=CI\b)"
)
INDENT = 0.3  # cm per level
GAP = 0.15  # cm more between numbers and the words of a column after them


@dataclass(frozen=True)
class Layout:
    """How a table lies: across or not, the room for its width (cm), its size of type, the widths of its columns (cm).

    parted: limits stand in a line below their estimates.
    """

    wide: bool
    room: float
    size: float
    widths: tuple
    parted: bool = False

    @property
    def height(self):
        """Room for its rows on a page, cm."""
        return PORTRAIT if self.wide else LANDSCAPE


def choose_layout(table):
    """The Layout of a table: upright if it has room there, else across the page; no word is broken.

    Where the page is too narrow even so, limits stand below their estimates, then the type gets smaller, then the page wider.
    """
    for size in SIZES[:2]:
        wanted, least, split = measure_columns(table, size)
        if sum(wanted) <= SQUEEZE * PORTRAIT and sum(least) <= PORTRAIT:
            return Layout(False, PORTRAIT, size, fit_columns(wanted, least, PORTRAIT))
    wanted, least, split = measure_columns(table, SIZES[0])
    if sum(least) <= LANDSCAPE:
        return Layout(True, LANDSCAPE, SIZES[0], fit_columns(wanted, least, LANDSCAPE))
    for size in SIZES:
        wanted, least, split = measure_columns(table, size)
        if sum(split) <= LANDSCAPE:
            wanted = [max(wanted[0], least[0]), *least[1:]]
            return Layout(True, LANDSCAPE, size, fit_columns(wanted, split, LANDSCAPE), True)
    return Layout(True, sum(split), size, tuple(split), True)


def measure_height(table, layout, notes):
    """Height of a table with its title and the notes below it on the page, cm; a line more or less."""
    titles = _count_lines(f"Table {table.number}. {table.title}", layout.room, SIZES[0] + 1)
    below = sum(_count_lines(note, layout.room, SIZES[0]) for note in notes)
    heads = 1 + any(column.over for column in table.columns)
    rows = [1] * (heads - 1)
    rows.append(_count_row([column.label for column in table.columns], layout))
    rows += [_count_row([cell.text for cell in row.cells], layout, row.span) for row in table.rows]
    body = sum(lines * LINE * layout.size + AROUND for lines in rows)
    return (body + (titles + 1) * LINE * (SIZES[0] + 1) + below * LINE * SIZES[0]) * POINT


def _count_row(texts, layout, span=1):
    """Lines of a row, whose first cell has the room of `span` columns."""
    rooms = (sum(layout.widths[:span]), *layout.widths[span:])
    texts = (texts[0], *texts[span:])
    return max(_count_lines(*each, layout.size) for each in zip(texts, rooms, strict=True))


def _count_lines(text, room, size):
    """Lines of a text in a column."""
    lines = 0
    for part in text.split("\n"):
        taken, lines = 0, lines + 1
        for word in _split(part):
            width = measure(word, size)
            if taken and taken + measure(" " + word, size) > room - PADDING:
                taken, lines = 0, lines + 1
            taken += width + (measure(" ", size) if taken else 0)
    return lines


def inset(place, column, indent=0):
    """Room on the left of a cell, cm: by levels in the first column, and between numbers and the words of a column after them."""
    if place == 0:
        return INDENT * indent
    return GAP if column.align == "left" else 0


def measure_columns(table, size):
    """Widths of the columns, cm: what each wants, what it needs that breaks no word, and that sets limits below their estimate.

    size: of the type, points.
    """
    widths = [], [], []
    for place, column in enumerate(table.columns):
        rows = [row for row in table.rows if row.span == 1 or place >= row.span]
        texts = {(row.cells[place].text, row.cells[place].strong, row.indent) for row in rows}
        left = {indent: inset(place, column, indent) for _, _, indent in texts}
        lines = [measure(text, size, bold) + left[indent] for text, bold, indent in texts]
        words = [_longest(_split(text), size, bold) + left[indent] for text, bold, indent in texts]
        halves = [_longest(_halve(text), size, bold) for text, bold, _ in texts]
        label = _longest(_split(bind(column.label)), size, True) + inset(place, column)
        two_lines = measure(column.label, size, True) * 0.55
        longest = max([label, two_lines, *lines])
        least = max([label, *(lines if column.align == "right" else words)])
        split = max([label, *(halves if column.align == "right" else words)])
        wanted = max(least, min(longest, OTHER if place else FIRST))
        for kind, width in zip(widths, (wanted, least, split), strict=True):
            kind.append(width + PADDING)
    _widen_spanned(table, widths, size)
    return widths


def bind(text):
    """The text with numbers that stay beside their signs and units: `> 50 %`, `12 months`, `95% CI`."""
    return BOUND.sub(NBSP, text)


def bind_brackets(text):
    """The text with limits in brackets that stay in one line."""
    return re.sub(r"[(\[][^)\]]*[)\]]", lambda found: found[0].replace(" ", NBSP), text)


def _split(text):
    """Words, between which a line may end."""
    return re.split(r"[ \n]+", text)


def _widen_spanned(table, widths, size):
    """A word of a heading above several columns has the room of all of them."""
    groups = {}
    for place, column in enumerate(table.columns):
        if column.over:
            groups.setdefault(column.over, []).append(place)
    for over, places in groups.items():
        need = _longest(_split(bind(over)), size, True) + PADDING
        for kind in widths:
            lack = need - sum(kind[place] for place in places)
            for place in places:
                kind[place] += max(0, lack) / len(places)


def _halve(text):
    """An estimate and its limits in brackets, which may stand in two lines."""
    middle = text.find(" (") if " (" in text else text.find(" [")
    return [text[:middle], text[middle + 1 :]] if middle > 0 else [text]


def _longest(texts, size, bold):
    return max((measure(text, size, bold) for text in texts), default=0)


@functools.cache
def measure(text, size, bold=False):
    """Width of a text in Arial, whose widths are Helvetica's, cm."""
    known = read_widths(bold)
    letters = (
        unicodedata.normalize("NFKD", each)[:1] if each not in known else each for each in text
    )
    return sum(known.get(each, UNKNOWN) for each in letters) * size / 1000 * POINT


@functools.cache
def read_widths(bold):
    """{character: width in thousandths of the size} of Helvetica, from the metrics that matplotlib brings along."""
    name = "Helvetica-Bold.afm" if bold else "Helvetica.afm"
    folder = Path(
        find_spec("matplotlib").origin
    ).parent  # which is not imported: it takes half a second
    file = folder / "mpl-data/fonts/pdfcorefonts" / name
    lines = [line.split() for line in file.read_text("latin-1").splitlines() if line[:2] == "C "]
    found = {line[7]: int(line[4]) for line in lines}
    plain = {chr(int(line[1])): int(line[4]) for line in lines if 31 < int(line[1]) < 127}
    named = {"–": "endash", "—": "emdash", "−": "plus", "≥": "plus", "≤": "plus", "×": "plus"}
    raised = dict.fromkeys("⁰¹²³⁴⁵⁶⁷⁸⁹·", 333)  # the point is wider in Arial
    return plain | {character: found[name] for character, name in named.items()} | raised


def fit_columns(wanted, least, room):
    """Widths within the room, as a tuple: words wrap first, and only when that is not enough everything shrinks."""
    slack = sum(wanted) - sum(least)
    share = min(1, max(0, (room - sum(least)) / slack)) if slack else 0
    widths = [low + share * (high - low) for high, low in zip(wanted, least, strict=True)]
    scale = min(1, room / sum(widths))
    return tuple(width * scale for width in widths)
