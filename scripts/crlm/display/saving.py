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
    for artist in figure.findobj(lambda artist: hasattr(artist, "get_alpha")):
        share, colours = artist.get_alpha(), _list_colours(artist)
        if share in (None, 1) and not any(_is_pale(colour) for colour in colours.values()):
            continue
        before.append((artist, share, colours))
        artist.set_alpha(None)
        for kind, colour in colours.items():
            rgba = to_rgba_array(colour)
            if len(rgba) and (share not in (None, 1) or _is_pale(colour)):
                part = rgba[:, 3:] if share is None else share
                mixed = part * rgba[:, :3] + 1 - part
                getattr(artist, f"set_{kind}")(mixed if np.ndim(colour) > 1 else mixed[0])
    try:
        yield
    finally:
        for artist, share, colours in before:
            for kind, colour in colours.items():
                getattr(artist, f"set_{kind}")(colour)
            artist.set_alpha(share)


def _list_colours(artist):
    """{kind: colour as the artist holds it} of an artist that has any."""
    kinds = ("facecolor", "edgecolor") if hasattr(artist, "get_facecolor") else ("color",)
    kinds = [kind for kind in kinds if hasattr(artist, f"get_{kind}")]
    return {kind: getattr(artist, f"get_{kind}")() for kind in kinds}


def _is_pale(colour):
    """Whether a colour has a transparency of its own; one that is not seen at all has none."""
    return ((to_rgba_array(colour)[:, 3] > 0) & (to_rgba_array(colour)[:, 3] < 1)).any()


def _write(target, data):
    if hasattr(target, "write"):
        target.write(data)
    else:
        with open(target, "wb") as file:
            file.write(data)
