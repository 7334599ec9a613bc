"""The look of every figure: page in inches, palette, text that is measured before it is set, files without dates.

Figures are laid out by hand on a page whose coordinates are inches from the top left corner. No layout engine runs, which
is faster, and a text is wrapped to the room it has instead of being moved about.
"""

import contextlib
import functools
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.artist import allow_rasterization
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from crlm.display import figure_numbers, fonts, formats, language, privacy, saving
from crlm.display.fonts import find_width

SINGLE, DOUBLE = 85 / 25.4, 174 / 25.4  # column widths of the journals, inches
WIDTHS = {"single": SINGLE, "one_and_half": 118 / 25.4, "double": DOUBLE}  # as the plan names them
NARROW = 4.2  # a page below it, inches, holds no columns of words beside a figure
_page = {"width": DOUBLE}
MARGIN = 0.08
SIZE, SMALL, LEAST = 7.5, 6.5, 6  # points; nothing is smaller
MANY = 5000  # points of one kind; more are pixels, or the file of a figure has 30 MB
NBSP = "\N{NO-BREAK SPACE}"  # keeps "p = 0.012" in one line
INK, GREY, RULE, SHADE = "#1a1a1a", "#6e6e6e", "#4d4d4d", "#f3f3f3"

# Blue, yellow, red and black are Paul Tol's "high contrast"; sky blue and green lie between them. Any two of the first six differ
# in lightness by 8 or more (L* of CIELAB), and stay apart without red or green cones; a test holds both.
PALETTE = ("#004488", "#DDAA33", "#BB5566", "#000000", "#009BF2", "#097200", "#CC79A7")
DASHES = (
    "-",
    (0, (5, 1.6)),
    (0, (1.2, 1.2)),
    (0, (6, 1.6, 1.2, 1.6)),
    (0, (9, 2.5)),
    (0, (5, 1.2, 1.2, 1.2, 1.2, 1.2)),
)

SETTINGS = {
    "pdf.fonttype": 42,  # TrueType: systems for submission refuse Type 3
    "ps.fonttype": 42,  # which matplotlib 3.11 also asks when it splits the fonts of a PDF
    "font.family": fonts.FAMILY,
    "font.size": SIZE,
    "text.parse_math": False,  # a $ in a label is a $
    "text.usetex": False,
    "text.hinting": fonts.HINTING,
    "axes.linewidth": 0.6,
    "axes.unicode_minus": True,
    "svg.hashsalt": "crlm",
    "savefig.bbox": None,
    "path.simplify": False,
}


def styled(plot):
    """Run a plotting function under the settings above, whatever the user's matplotlibrc says."""

    @functools.wraps(plot)
    def run(*args, **kwargs):
        with matplotlib.rc_context(SETTINGS):
            return plot(*args, **kwargs)

    return run


@styled
def save(figure, target, format):
    """Write the figure to a path or a binary buffer in a format of `saving.save`: same figure, same bytes."""
    saving.save(figure, target, format)


def save_all(figure, paths, small_cells=None):
    """Write the figure to every path, in the format of its ending; counts below `small_cells` are hidden."""
    if small_cells:
        privacy.hide_figure(figure, small_cells)
    figure_numbers.finish_figure(figure)
    skip_measuring(figure)
    for path in paths:
        save(figure, path, Path(path).name.split(".", 1)[1])


@styled
def skip_measuring(figure):
    """The labels of the ticks are not measured for an axis whose title, or factor as in 1e6, they do not push aside.

    matplotlib measures them in each format, a tenth of the time of saving a figure.
    """
    for axis in [axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)]:
        labels = axis.get_ticklabels(which="both")
        if not axis.get_label_text() and not axis.get_major_formatter().get_offset():
            for label in labels:
                label.set_in_layout(False)


def set_page(paths=(), widths=None):
    """What is drawn from now on is as wide as the plan wants the figure of these files.

    paths: the files of one figure; widths: {name of a figure as in results/figures: name of its width}, with that of all
    others at "". Without widths the page is that of two columns, as before the first call.
    """
    name = Path(paths[0]).name.split(".", 1)[0] if paths else ""
    widths = widths or {}
    _page["width"] = WIDTHS[widths.get(name) or widths.get("", "double")]


@contextlib.contextmanager
def page_of(width):
    """Within it, pages are of this width: "single", "one_and_half" or "double"."""
    before = _page["width"]
    _page["width"] = WIDTHS[width]
    try:
        yield
    finally:
        _page["width"] = before


def page_width(most=DOUBLE):
    """Width of the page that is drawn on now, inches; at most `most`, for a figure that needs no more."""
    return min(_page["width"], most)


def is_narrow():
    """Whether the page is that of one column."""
    return page_width() < NARROW


def new_page(width, height, synthetic=False):
    """A white figure and its page: axes without a frame whose data units are inches from the top left."""
    figure = Figure(figsize=(width, height), dpi=300, facecolor="white")
    FigureCanvasAgg(figure)
    page = figure.add_axes([0, 0, 1, 1])
    page.set(xlim=(0, width), ylim=(height, 0))
    page.set_axis_off()
    if synthetic:
        place = {"ha": "right", "color": GREY, "style": "italic", "size": SMALL}
        write(page, width - MARGIN, MARGIN, "synthetic data", **place)
    return figure, page


def first_line(synthetic):
    """Where the content of a page may begin: below the word "synthetic" if there is one."""
    return MARGIN + (line_height(SMALL) + 0.04 if synthetic else 0)


def add_axes(page, left, top, width, height):
    """Axes at a place of the page in inches, with thin left and bottom spines."""
    figure = page.figure
    wide, high = figure.get_size_inches()
    box = [left / wide, 1 - (top + height) / high, width / wide, height / high]
    axes = figure.add_axes(box)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(RULE)
    axes.tick_params(
        length=2.5, width=0.6, color=RULE, labelcolor=INK, labelsize=SMALL + 0.5, pad=2
    )
    axes.set_facecolor("none")
    return axes


def plot_points(axes, x, y, marker, size, **look):
    """Points without a line between them; of more than MANY each is a few pixels of one picture."""
    look |= {"linestyle": "none", "rasterized": len(x) > MANY}
    axes.plot(x, y, marker=marker, markersize=size, **look)


def line_height(size=SIZE):
    """Distance of two baselines, inches: from the highest accent to the lowest descender of the face."""
    return 1.32 * size / 72


def write(page, x, top, text, size=SIZE, **style):
    """Put one line, or a list of lines, with its top at `top`; returns the height taken (inches)."""
    lines = [language.say(line) for line in ([text] if isinstance(text, str) else text)]
    style = {"color": INK, "size": size, "parse_math": False, **style}
    for number, line in enumerate(lines):
        baseline = top + 1.05 * size / 72 + number * line_height(size)
        page.add_artist(Line(x, baseline, line, **{"family": fonts.list_needed(line), **style}))
    return len(lines) * line_height(size)


def write_centred(page, centre, top, text, size=SIZE, **look):
    """One line around `centre`, moved aside as far as it would leave the page, and in smaller type where it is wider than that.

    A text that has no room at 6 points is cut and ends in dots.
    """
    wide = page.get_xlim()[1] - 2 * MARGIN
    while measure(text, size) > wide and size > LEAST:
        size -= 0.5
    if measure(text, size) > wide:
        text = f"{wrap(text, wide - 0.15, size)[0]} ..."
    half = measure(text, size) / 2
    centre = min(max(centre, MARGIN + half), MARGIN + wide - half)
    write(page, centre, top, text, size, ha="center", **look)


class Line(Text):
    """One level line of text on its baseline: its width is all of matplotlib's layout that it needs.

    That layout shapes every text once more for each format, a fifth of the time of saving a figure.
    """

    @allow_rasterization
    def draw(self, renderer):
        if not self.get_text() or not self.get_visible():
            return
        font = self.get_fontproperties()
        x, y = self.get_transform().transform(self.get_position())
        share = SHARES[self.get_ha()]
        if share:
            look = font.get_size_in_points(), font.get_weight(), font.get_style()
            x -= share * find_width(self.get_text(), *look) * self.get_figure().dpi
        if renderer.flipy():
            y = renderer.get_canvas_width_height()[1] - y
        renderer.open_group("text", self.get_gid())
        gc = renderer.new_gc()
        gc.set_foreground(self.get_color())
        renderer.draw_text(gc, x, y, self.get_text(), font, 0, mtext=self)
        gc.restore()
        renderer.close_group("text")
        self.stale = False


SHARES = {"left": 0, "center": 0.5, "right": 1}  # of the width that lie left of the place


def write_upright(page, x, middle, lines, side="left"):
    """Put lines that read upwards beside an axis; x: left side of the first, or with side="right" the right one of the last."""
    look = {"rotation": 90, "ha": side, "va": "center", "color": INK, "parse_math": False}
    lines = [language.say(line) for line in lines]
    places = range(len(lines)) if side == "left" else range(1 - len(lines), 1)
    for place, line in zip(places, lines, strict=True):
        page.text(x + place * line_height(), middle, line, size=SIZE, **look)


def measure(text, size=SIZE, weight="normal"):
    """Room of a line of text, inches; a hundredth more than its width, since the backends differ by less."""
    return _measure(language.say(text), size, weight)


def _measure(text, size, weight="normal"):
    return find_width(text, size, weight) * 1.01


def wrap(text, width, size=SIZE, weight="normal"):
    """Lines of at most `width` inches; a word that is too long for a line is broken."""
    lines, line, taken = [], "", 0.0
    space = _measure(" ", size, weight)
    for word in formats.split_words(language.say(text)):
        room = _measure(word, size, weight)  # words come again, whole lines do not
        if taken + space * bool(line) + room <= width:
            taken += space * bool(line) + room
            line = f"{line} {word}" if line else word
            continue
        if line:
            lines.append(line)
        while _measure(word, size, weight) > width and len(word) > 1:
            fits = 1
            while _measure(word[: fits + 1], size, weight) <= width:
                fits += 1
            lines.append(word[:fits])
            word = word[fits:]
        line, taken = word, _measure(word, size, weight)
    return language.keep([*lines, line] if line or not lines else lines)


def wrap_all(texts, width, size=SIZE):
    """Lines of several texts, each of which begins a line."""
    return [line for text in texts for line in wrap(text, width, size)]


def group_style(position, total):
    """Colour and line style of the group at a position in the declared order: two lines differ in both."""
    dash = DASHES[position % len(DASHES)] if total > 1 else "-"
    return PALETTE[position % len(PALETTE)], dash


def text_colour(colour):
    """The colour, darkened until it can be read on white (contrast 4.5 as in WCAG 2)."""
    rgb = np.array(to_rgb(colour))
    while 1.05 / (_luminance(rgb) + 0.05) < 4.5:
        rgb = rgb * 0.95
    return to_hex(rgb)


def _luminance(rgb):
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def choose_step(limit):
    """Months between two ticks of a time axis that ends at `limit`: whole years, parts of one only when it is short."""
    most = {1: 6, 2: 6, 3: 6, 6: 5, 12: 10, 24: 10, 60: 10}
    return next((step for step, steps in most.items() if limit / step <= steps), 120)


def state_p(p_value):
    """`p = 0.012` in one piece: a number is not broken from its sign."""
    return formats.state_p(p_value).replace(" ", NBSP)
