"""Numbers of a figure as a journal prints them, also those of its axes, and what of its words was not yet said in its language."""

from matplotlib.text import Text
from matplotlib.ticker import Formatter

from crlm.display import formats, language


class _Finished(Formatter):
    """Labels of the ticks of another formatter, finished."""

    def __init__(self, before):
        self.before = before

    def __call__(self, value, place=None):
        return language.say(formats.finish(self.before(value, place)))

    def set_axis(self, axis):
        super().set_axis(axis)
        self.before.set_axis(axis)

    def set_locs(self, locs):
        self.before.set_locs(locs)

    def get_offset(self):
        return language.say(formats.finish(self.before.get_offset()))


def finish_figure(figure):
    """Write the texts and the ticks of a figure in the style of numbers and the language in use (`formats.use`), in place."""
    if formats.style() == formats.PLAIN and not language.catalogue():
        return
    for axis in [axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)]:
        axis.set_major_formatter(_Finished(axis.get_major_formatter()))
        axis.set_minor_formatter(_Finished(axis.get_minor_formatter()))
    for text in figure.findobj(Text):
        if words := text.get_text():
            text.set_text(language.say(formats.finish(words)))
