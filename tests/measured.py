"""Faults of a drawn figure that an editor would see: type below 6 points, texts over one another or beyond the page, a page too tall or wide.

As a program it draws the figures of a study whose results are there, and prints the faults:
    .venv/bin/python tests/measured.py <study> [rule ...]
"""

import itertools
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

from crlm.display import style  # noqa: E402
from house_words import find_shouting  # noqa: E402

SMALLEST, TALLEST, WIDEST = 6, 230, 174  # points; mm
THICKEST = 0.7  # points, of a line in the colour of rules: what is drawn for the data is thicker


def list_texts(figure):
    """Every text that is drawn; those of ticks only where the axis is seen and within its limits."""
    figure.draw_without_rendering()
    texts = list(figure.texts)
    for axes in filter(lambda axes: axes.get_visible(), figure.axes):
        texts += axes.texts
        texts += [axes.title] if axes.axison else []
        for axis in (axes.xaxis, axes.yaxis) if axes.axison else ():
            low, high = sorted(axis.get_view_interval())
            slack = 1e-9 * (high - low)
            ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            shown = [tick for tick in ticks if low - slack <= tick.get_loc() <= high + slack]
            texts += [
                axis.label,
                *(label for tick in shown for label in (tick.label1, tick.label2)),
            ]
        if legend := axes.get_legend():
            texts += legend.get_texts()
    return [text for text in texts if text.get_visible() and text.get_text().strip()]


def find_faults(figure, slack=0.5):
    """The faults in words. slack: pixels by which two boxes may touch."""
    with style.matplotlib.rc_context(style.SETTINGS):
        texts = list_texts(figure)
        boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    width, height = (25.4 * float(inch) for inch in figure.get_size_inches())
    faults = [f"{height:.0f} mm tall"] * (height > TALLEST + 0.01)
    faults += [f"{width:.0f} mm wide"] * (width > WIDEST + 0.01)
    faults += [
        f"{text.get_text()!r} in {text.get_fontsize():g} points"
        for text in texts
        if text.get_fontsize() < SMALLEST
    ]
    faults += [f"{word!r} in capitals" for words, _ in boxes for word in find_shouting(words)]
    faults += [
        f"a rule of {line.get_linewidth():g} points"
        for axes in figure.axes
        for line in axes.lines
        if line.get_color() == style.RULE and line.get_linewidth() > THICKEST
    ]
    page = figure.bbox
    for words, box in boxes:
        if min(box.x0 - page.x0, box.y0 - page.y0, page.x1 - box.x1, page.y1 - box.y1) < -slack:
            faults.append(f"{words!r} leaves the page")
    for (first, a), (second, b) in itertools.combinations(boxes, 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        high = min(a.y1, b.y1) - max(a.y0, b.y0)
        if wide > slack and high > slack:
            faults.append(f"{first!r} over {second!r}")
    return faults


def measure_study(study, rules):
    """{figure: faults} of the figures that these rules draw from the results of a study, every rule without names."""
    import inside
    from crlm.job import logs

    found = {}
    save, to_file, here = style.save_all, logs.to_file, os.getcwd()
    style.save_all = lambda figure, paths, *_: found.update(
        {Path(paths[0]).name.split(".")[0]: find_faults(figure)}
    )
    logs.to_file = lambda path: None
    try:
        with inside.keep_reading():
            workflow = inside.read_workflow(study)
            os.chdir(study)
            endpoints = list(workflow.globals["PLAN"]["endpoints"])
            jobs = inside.list_jobs(workflow, endpoints)
            drawn = {
                (rule.name, tuple(wildcards)): (rule, wildcards)
                for file, (rule, wildcards) in jobs.items()
                if file.endswith(".svg") and (not rules or rule.name in rules)
            }
            for job in drawn.values():
                inside.run_job(*job)
    finally:
        style.save_all, logs.to_file = save, to_file
        style.set_page()
        os.chdir(here)
    return found


if __name__ == "__main__":
    for name, faults in measure_study(sys.argv[1], sys.argv[2:]).items():
        for fault in faults:
            print(f"{name}: {fault}")
