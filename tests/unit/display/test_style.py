"""What saving a figure may leave out."""

import io

import pytest
from crlm.display import style


def draw(title="", factor=1):
    figure, page = style.new_page(3, 2)
    axes = style.add_axes(page, 0.6, 0.2, 2, 1.2)
    axes.plot([0, 1, 2], [0, factor, 2 * factor])
    axes.set_xlabel(title)
    return figure, axes


def write(figure, form):
    buffer = io.BytesIO()
    style.save(figure, buffer, form)
    return buffer.getvalue()


@pytest.mark.parametrize("title", ["", "Months"])
@pytest.mark.parametrize("factor", [1, 1e9])
@pytest.mark.parametrize("form", ["svg", "pdf", "png"])
def test_a_figure_is_the_same_when_tick_labels_are_not_measured(title, factor, form):
    measured, (figure, _) = draw(title, factor)[0], draw(title, factor)
    style.skip_measuring(figure)
    assert write(figure, form) == write(measured, form)


def test_labels_are_measured_where_they_push_something_aside():
    figure, axes = draw("Months", 1e9)
    style.skip_measuring(figure)
    kept = [axis.get_ticklabels()[0].get_in_layout() for axis in (axes.xaxis, axes.yaxis)]
    assert kept == [True, True]
    figure, axes = draw()
    style.skip_measuring(figure)
    assert not any(label.get_in_layout() for label in axes.get_xticklabels())
