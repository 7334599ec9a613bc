"""A drawn figure as the bytes of a file, the same for the same figure: no date, no random id, no transparency in pixels."""

import io
import re
from contextlib import contextmanager

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba_array
from PIL import Image

from crlm.display import fonts

DOTS = {
    "png": 300,
    "tiff": 600,
}  # per inch; journals ask for 500 or more where lines and words are pixels
EDITABLE = "editable.svg"  # an SVG whose words are words; those of `svg` are paths, so that they look alike everywhere
DATE = re.compile(rb"^%%CreationDate:.*\n", re.MULTILINE)


def save(figure, target, form):
    """Write the figure to a path or a binary buffer as svg, editable.svg, pdf, png, tiff or eps."""
    with fonts.allow_boxes():
        if form in DOTS:
            save_pixels(paint(figure, DOTS[form]), target, form)
        elif form == "eps":
            _write(target, write_eps(figure))
        elif form == "pdf":
            with fonts.cut_quickly():
                figure.savefig(target, format="pdf", metadata={"CreationDate": None})
        else:
            words = "none" if form == EDITABLE else "path"
            with matplotlib.rc_context({"svg.fonttype": words}):
                figure.savefig(target, format="svg", metadata={"Date": None})


def save_pixels(picture, target, form):
    """Write a picture of Pillow as png or tiff."""
    # the highest levels of compression cost half of the time and save nothing
    packed = {"png": {"compress_level": 3}, "tiff": {"compression": "tiff_lzw"}}[form]
    picture.save(target, form, dpi=(DOTS[form],) * 2, **packed)


def paint(figure, dots=300):
    """The figure as a picture of Pillow in RGB with so many dots per inch."""
    usual, figure.dpi = figure.dpi, dots
    try:
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        size = canvas.get_width_height()
    finally:
        figure.dpi = usual
    return Image.frombuffer("RGBA", size, canvas.buffer_rgba(), "raw", "RGBA", 0, 1).convert("RGB")


def write_eps(figure):
    """Encapsulated PostScript with TrueType fonts. It knows no transparency: a shade has the colour that it has on white paper."""
    buffer = io.BytesIO()
    with opaque(figure), fonts.cut_quickly("eps"):
        figure.savefig(buffer, format="eps")
    return DATE.sub(b"", buffer.getvalue())


@contextmanager
def opaque(figure):
    """The figure with every transparent colour mixed with white."""
    before = []
    for artist in figure.findobj(lambda artist: artist.get_alpha() not in (None, 1)):
        share = artist.get_alpha()
        kinds = ("facecolor", "edgecolor") if hasattr(artist, "get_facecolor") else ("color",)
        colours = {kind: getattr(artist, f"get_{kind}")() for kind in kinds}
        before.append((artist, share, colours))
        artist.set_alpha(None)
        for kind, colour in colours.items():
            rgb = to_rgba_array(colour)[:, :3]
            if len(rgb):
                mixed = share * rgb + 1 - share
                getattr(artist, f"set_{kind}")(mixed if np.ndim(colour) > 1 else mixed[0])
    try:
        yield
    finally:
        for artist, share, colours in before:
            for kind, colour in colours.items():
                getattr(artist, f"set_{kind}")(colour)
            artist.set_alpha(share)


def _write(target, data):
    if hasattr(target, "write"):
        target.write(data)
    else:
        with open(target, "wb") as file:
            file.write(data)
