"""The face of every figure, measured and embedded the same everywhere: Roboto, a neo-grotesque in the manner of Helvetica.

It comes with the package font-roboto (Apache License 2.0), whatever fonts a machine has. A character that it lacks is taken from
DejaVu Sans, which matplotlib brings along; one that neither has (Chinese) is a box.
"""

import functools
import io
import logging
import warnings
from contextlib import contextmanager
from importlib import resources

from matplotlib import font_manager, rcParams
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

FAMILY = ["Roboto", "DejaVu Sans"]
FILES = ("Roboto-Regular", "Roboto-Bold", "Roboto-Italic", "Roboto-BoldItalic")
# what nearly every figure needs: its fonts are then cut down once in a process, and not once for each figure
USUAL = [*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "αβγδκλμρχΔ–—‘’“”†‡…−≤≥≈≠")]
HINTING = "no_hinting"  # pixels then have the widths of the vector formats, and are quicker
UNUSED = ["GPOS", "GSUB", "GDEF", "kern", "hdmx", "LTSH", "VDMX", "gasp", "DSIG"]


def register():
    """Make the face known to matplotlib, before one of the same name that the machine may have."""
    fonts = font_manager.fontManager
    for name in FILES:
        fonts.addfont(_find_file(name))
        fonts.ttflist.insert(0, fonts.ttflist.pop())


@functools.cache
def find_width(text, size, weight, style="normal"):
    """Width of a line of text as Agg draws it at 300 dpi, inches."""
    font = FontProperties(family=list_needed(text), size=size, weight=weight, style=style)
    lines = text.splitlines() or [""]  # a label of the plan may have a line break
    with allow_boxes(), _unhinted():
        return max(_ruler().get_text_width_height_descent(x, font, False)[0] for x in lines) / 300


def list_needed(text):
    """The families that a text needs: for the fallback too matplotlib looks in every format, a tenth of the time of a text."""
    return FAMILY[:1] if _find_characters().issuperset(text) else FAMILY


@functools.cache
def _find_characters():
    """The characters of the face."""
    font = font_manager.get_font(_find_file(FILES[0]))
    return frozenset(map(chr, font.get_charmap()))


def _find_file(name):
    return resources.files("font_roboto") / "files" / f"{name}.ttf"


@functools.cache
def _ruler():
    return RendererAgg(8, 8, 300)


@contextmanager
def _unhinted():
    """As `style.SETTINGS` has it: a width is kept, so that it must not depend on who asks first, inside of a figure or outside."""
    own, rcParams["text.hinting"] = rcParams["text.hinting"], HINTING
    try:
        yield
    finally:
        rcParams["text.hinting"] = own


@contextmanager
def allow_boxes():
    """A character that no font has is drawn as a box, without a word on the screen."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph .* missing from font", UserWarning)
        yield


def _find_embedder():
    """The module by which matplotlib embeds fonts; it imports fontTools, a fifth of a second, which only PDF and EPS need."""
    from matplotlib.backends import _backend_pdf_ps

    return _backend_pdf_ps


@contextmanager
def cut_quickly(form="pdf"):
    """Let matplotlib embed TrueType fonts that are cut down once in a process (pdf), or whose glyphs have names (eps).

    Its own way reads and writes the font again for every figure: 0.2 to 0.3 s for each face, as much as all else in a PDF. In an
    EPS it calls glyphs by names that a face without a table of names (Roboto) does not have there, and no word is seen.
    """
    find = {"pdf": _find_subset, "eps": _find_named}[form]
    embedder = _find_embedder()
    own, embedder.get_glyphs_subset = embedder.get_glyphs_subset, find
    try:
        yield
    finally:
        embedder.get_glyphs_subset = own


@contextmanager
def _find_subset(fontfile, glyphs):
    """What matplotlib's function of this name gives: the font, which it only saves, and the new numbers of its glyphs."""
    usual = _list_usual(fontfile)
    yield _cut(fontfile, usual if usual >= set(glyphs) else frozenset(glyphs))


@contextmanager
def _find_named(fontfile, glyphs):
    """As `_find_subset`, but a whole font of fontTools, its glyphs named as FreeType names them in the font that was cut."""
    from fontTools.ttLib import TTFont

    cut, face = _cut(fontfile, frozenset(glyphs)), font_manager.get_font(fontfile)
    old = {new: old for old, new in cut.glyph_index_map.items()}
    with TTFont(io.BytesIO(cut.font.data), recalcTimestamp=False) as font:
        places = range(1, font["maxp"].numGlyphs)
        names = [face.get_glyph_name(old[n]) if n in old else f"unused{n}" for n in places]
        font.setGlyphOrder([".notdef", *names])
        yield _find_embedder().SubsetResults(font, cut.glyph_index_map)


@functools.cache
def _list_usual(fontfile):
    """Numbers of the glyphs that nearly every figure needs; of the fallback none."""
    font = font_manager.get_font(fontfile)
    is_own = font.family_name == FAMILY[0]
    return frozenset(map(font.get_char_index, USUAL)) - {0} if is_own else frozenset()


@functools.lru_cache(maxsize=64)
def _cut(fontfile, glyphs):
    """The font with these glyphs alone, unhinted and without the tables of layout, which a PDF has no use for."""
    from fontTools import subset

    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every table that it cuts
    options = subset.Options(glyph_names=True, recommended_glyphs=True, hinting=False)
    options.drop_tables += UNUSED
    options.font_number = fontfile.face_index
    with subset.load_font(fontfile, options) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(gids=glyphs)
        subsetter.subset(font)
        data = _find_embedder().font_as_file(font).getvalue()
    return _find_embedder().SubsetResults(_Saved(data), subsetter.glyph_index_map)


class _Saved:
    """A font as matplotlib's `font_as_file` takes it: all it does is save it."""

    def __init__(self, data):
        self.data = data

    def save(self, file, reorderTables):  # noqa: N803 (as fontTools names it)
        file.write(self.data)


register()
