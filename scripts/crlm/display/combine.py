"""Made figures on one page as A, B and C, in every format: nothing is drawn anew, a part is only moved and made smaller."""

import io
import re
from functools import partial
from math import ceil
from string import ascii_uppercase

from crlm.display import saving, style

TALLEST = 230 / 25.4  # of a page of a journal, inches
SMALLEST = 6.0  # points; less is not printed well
LETTER, GAP = (
    0.2,
    0.12,
)  # room of the letters above a row, and between parts beside each other, inches
BOX = re.compile(r'viewBox="([^"]+)"')
ROOT = re.compile(r"<svg\b[^>]*>")


def read_size(text):
    """Width and height (inches) of an SVG that matplotlib wrote."""
    _, _, width, height = map(float, BOX.search(text)[1].split())
    return width / 72, height / 72


def choose_layout(sizes):
    """How figures of these sizes (width, height; inches) are put on one page, at most `style.page_width` wide and 230 mm tall.

    Returns a dict with columns, scale (at most 1: the largest that any number of columns allows), places [(left, top)]
    of the parts, width and height of the page in inches.
    """
    layouts = [_try_columns(sizes, columns) for columns in range(1, len(sizes) + 1)]
    return max(layouts, key=lambda layout: (round(layout["scale"], 6), -layout["height"]))


def _try_columns(sizes, columns):
    rows = [sizes[first : first + columns] for first in range(0, len(sizes), columns)]
    room = style.page_width() - GAP * (columns - 1)
    high = sum(max(height for _, height in row) for row in rows)
    scale = min(
        1,
        room / max(sum(width for width, _ in row) for row in rows),
        (TALLEST - LETTER * len(rows)) / high,
    )
    places, top, widest = [], 0.0, 0.0
    for row in rows:
        left = 0.0
        for width, _ in row:
            places.append((left, top + LETTER))
            left += scale * width + GAP
        widest = max(widest, left - GAP)
        top += LETTER + scale * max(height for _, height in row)
    return {"columns": columns, "scale": scale, "places": places, "width": widest, "height": top}


@style.styled
def draw_letters(layout):
    """The page without its parts."""
    figure, page = style.new_page(layout["width"], layout["height"])
    for letter, (left, top) in zip(ascii_uppercase, layout["places"], strict=False):
        style.write(page, left + style.MARGIN, top - LETTER + 0.02, letter, 10, weight="bold")
    return figure


def combine(parts, sizes, form):
    """The bytes of the page; parts: bytes of the files of one format in their order, sizes: of their SVGs."""
    layout = choose_layout(sizes)
    buffer = io.BytesIO()
    style.save(draw_letters(layout), buffer, form)
    join = _join_svg if form.endswith("svg") else JOIN[form]
    return join(buffer.getvalue(), parts, sizes, layout)


def _join_svg(page, parts, sizes, layout):
    inside = []
    for number, (part, (width, height)) in enumerate(zip(parts, sizes, strict=True)):
        text, name = part.decode("utf-8"), f"part{number}"
        text = re.sub(r'\bid="', f'id="{name}-', text[text.index("<svg") :])
        text = re.sub(r'(href="|url\()#', rf"\1#{name}-", text)
        left, top, wide, high = (
            72 * inch
            for inch in (
                *layout["places"][number],
                layout["scale"] * width,
                layout["scale"] * height,
            )
        )
        opening = (
            f'<svg x="{left:.4f}" y="{top:.4f}" width="{wide:.4f}" height="{high:.4f}" '
            f'viewBox="{BOX.search(text)[1]}">'
        )
        inside.append(ROOT.sub(opening, text, count=1))
    whole = page.decode("utf-8")
    end = whole.rindex("</svg>")
    return (whole[:end] + "".join(inside) + whole[end:]).encode("utf-8")


def _join_pdf(page, parts, sizes, layout):
    from pypdf import PdfReader, PdfWriter, Transformation

    writer = PdfWriter()
    whole = writer.add_page(PdfReader(io.BytesIO(page)).pages[0])
    for part, (_, height), place in zip(parts, sizes, layout["places"], strict=True):
        left, bottom = place[0], layout["height"] - place[1] - layout["scale"] * height
        move = Transformation().scale(layout["scale"]).translate(72 * left, 72 * bottom)
        whole.merge_transformed_page(PdfReader(io.BytesIO(part)).pages[0], move)
    whole.compress_content_streams()
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _join_pixels(page, parts, _, layout, form):
    from PIL import Image

    whole, dots = Image.open(io.BytesIO(page)).convert("RGB"), saving.DOTS[form]
    for part, place in zip(parts, layout["places"], strict=True):
        picture = Image.open(io.BytesIO(part)).convert("RGB")
        size = [ceil(layout["scale"] * length) for length in picture.size]
        if size != list(picture.size):
            picture = picture.resize(size, Image.Resampling.LANCZOS)
        whole.paste(picture, tuple(round(dots * inch) for inch in place))
    buffer = io.BytesIO()
    saving.save_pixels(whole, buffer, form)
    return buffer.getvalue()


def _join_eps(page, parts, sizes, layout):
    width, height = 72 * layout["width"], 72 * layout["height"]
    lines = [
        "%!PS-Adobe-3.0 EPSF-3.0",
        f"%%BoundingBox: 0 0 {ceil(width)} {ceil(height)}",
        f"%%HiResBoundingBox: 0 0 {width:.4f} {height:.4f}",
        "%%EndComments",
    ]
    moves = ["0 0 translate"]
    for (_, high), (left, top) in zip(sizes, layout["places"], strict=True):
        bottom, scale = layout["height"] - top - layout["scale"] * high, layout["scale"]
        moves.append(f"{72 * left:.4f} {72 * bottom:.4f} translate {scale:.6f} {scale:.6f} scale")
    for move, part in zip(moves, (page, *parts), strict=True):
        lines += [f"save /showpage {{}} def {move}", "%%BeginDocument: part"]
        lines += [part.decode("latin-1").rstrip("\n"), "%%EndDocument", "restore"]
    return "\n".join([*lines, "showpage", "%%EOF", ""]).encode("latin-1")


JOIN = {
    "pdf": _join_pdf,
    "png": partial(_join_pixels, form="png"),
    "tiff": partial(_join_pixels, form="tiff"),
    "eps": _join_eps,
}
