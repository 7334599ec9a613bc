"""Figures of very many points: as pixels in a figure of lines, so that its file stays small."""

import base64
import io
import re

import numpy as np
import pytest
from crlm.display import style
from PIL import Image


@style.styled
def draw(points):
    figure, page = style.new_page(3, 3)
    axes = style.add_axes(page, 0.4, 0.4, 2.2, 2.2)
    random = np.random.default_rng(1)
    style.plot_points(axes, *random.random((2, points)), "o", 1.6, color="#9a9a9a")
    return figure


def save(points, form):
    buffer = io.BytesIO()
    style.save(draw(points), buffer, form)
    return buffer.getvalue()


@pytest.mark.parametrize(("form", "mark"), [("svg", b"<image"), ("pdf", b"/Subtype /Image")])
def test_a_figure_of_many_points_is_small_and_the_same_each_time(form, mark):
    few, many = save(style.MANY, form), save(4 * style.MANY, form)
    assert mark in many and mark not in few
    assert len(many) < len(few) or len(many) < 400_000
    assert many == save(4 * style.MANY, form)


def test_their_picture_has_the_dots_of_print():
    """Points fill 2.2 inches of the figure, to within the space around them: 660 dots at 300 an inch."""
    written = re.search(rb"data:image/png;base64,([^\"]+)\"", save(style.MANY + 1, "svg"))[1]
    wide, high = Image.open(io.BytesIO(base64.b64decode(written))).size
    assert 560 < wide < 670 and 560 < high < 670
