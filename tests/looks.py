"""What a reader sees of a few studies, in words that were approved: every figure, and the report from its first line to its last.

    .venv/bin/python tests/looks.py [study]        (or `make looks`)

writes tests/study/approved/ anew, when something was changed on purpose: look at the figures and the page, then at the difference in
those files. They say what is drawn where, in which colour, how thick, beside which words, and which sentence and cell stands below which
heading. That a number is right is no business of theirs: R and recounts say it elsewhere. Sizes and places are millimetres, from the
left and the top of the page.
"""

import difflib
import re
import sys
import tempfile
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

from crlm.display import style  # noqa: E402
from inside import run_study  # noqa: E402
from lxml import html  # noqa: E402
from matplotlib.collections import Collection  # noqa: E402
from matplotlib.colors import to_hex  # noqa: E402
from matplotlib.image import AxesImage  # noqa: E402
from matplotlib.lines import Line2D  # noqa: E402
from matplotlib.patches import Patch  # noqa: E402
from matplotlib.text import Text  # noqa: E402
from measured import find_faults  # noqa: E402

APPROVED = ROOT / "tests/study/approved"
SLACK = 0.25  # mm
PLACES = re.compile(r"\[-?\d+\.\d(?: -?\d+\.\d)*\]")
NUMBER = re.compile(r"-?\d+\.\d")
DECIMAL = re.compile(r"\d+\.\d+")
VERSION = re.compile(r"\d+\.\d+\.\d+\S*")
BLOCKS = (
    *("h1", "h2", "h3", "h4", "p", "li", "dt", "dd", "summary"),
    *("caption", "figcaption", "table", "tr"),
)


def name_colour(colour):
    """`#004488`, `#004488/50` where half can be seen through, `none`."""
    if colour is None or (isinstance(colour, str) and colour == "none") or not len(colour):
        return "none"
    text = to_hex(colour, keep_alpha=True)
    seen = round(100 * int(text[7:], 16) / 255)
    return "none" if not seen else text[:7] + (f"/{seen}" if seen < 100 else "")


def state_place(*numbers):
    return "[" + " ".join(f"{round(number, 1) + 0:.1f}" for number in numbers) + "]"


def place_on_page(points, figure):
    """Points of the screen, (number, 2), in millimetres from the left and the top of the page."""
    points = np.asarray(points, float).reshape(-1, 2) * 25.4 / figure.dpi
    return np.column_stack([points[:, 0], 25.4 * figure.get_size_inches()[1] - points[:, 1]])


def state_points(points, figure):
    """Where the points lie: their number, the corners of all and their mean, mm."""
    points = place_on_page(points, figure)
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return "nowhere"
    corners = *points.min(axis=0), *points.max(axis=0)
    if len(points) == 1:
        return state_place(*points[0])
    mean = "" if len(points) == 2 else " mean " + state_place(*points.mean(axis=0))
    return f"{len(points)} points {state_place(*corners)}{mean}"


def describe_line(line, figure):
    marks = line.get_marker() not in (None, "None", "", " ")
    dashed = line.get_linestyle() != "None"
    look = [f"{name_colour(line.get_color())}"]
    if dashed:
        look.append(f"{line.get_linewidth():g} pt {line._unscaled_dash_pattern}")
    if marks:
        edge = name_colour(line.get_markeredgecolor())
        face = name_colour(line.get_markerfacecolor())
        look.append(
            f"marks {line.get_marker()!r} {line.get_markersize():g} {face} edge {edge} {line.get_markeredgewidth():g}"
        )
    look.append(
        f"above {line.get_zorder():g}" + f" alpha {line.get_alpha()}" * bool(line.get_alpha())
    )
    data = line.get_xydata()
    if "steps" in line.get_drawstyle():
        look.append(line.get_drawstyle())
    return "line " + ", ".join(look), state_points(line.get_transform().transform(data), figure)


def describe_patch(patch, figure):
    look = f"{type(patch).__name__} {name_colour(patch.get_facecolor())} edge {name_colour(patch.get_edgecolor())}"
    look += (
        f" {patch.get_linewidth():g} pt {patch._unscaled_dash_pattern} above {patch.get_zorder():g}"
    )
    look += f" hatch {patch.get_hatch()}" * bool(patch.get_hatch())
    path = patch.get_path().transformed(patch.get_transform())
    return look, state_points(path.vertices, figure)


def describe_collection(found, figure):
    faces = sorted({name_colour(colour) for colour in found.get_facecolor()})
    edges = sorted({name_colour(colour) for colour in found.get_edgecolor()})
    widths = sorted({f"{width:g}" for width in np.atleast_1d(found.get_linewidth())})
    look = f"{type(found).__name__} {' '.join(faces) or 'none'} edge {' '.join(edges) or 'none'} {' '.join(widths)} pt"
    look += f" above {found.get_zorder():g}"
    if hasattr(found, "get_sizes"):
        look += f" sizes {sorted({f'{size:g}' for size in found.get_sizes()})}"
    paths = found.get_paths()
    offsets = found.get_offsets()
    if len(offsets) > 1 or (len(offsets) and np.any(offsets)):
        points = found.get_offset_transform().transform(np.asarray(offsets, float))
    else:
        points = np.concatenate(
            [found.get_transform().transform(p.vertices) for p in paths] or [np.empty((0, 2))]
        )
    return look, state_points(points, figure)


def describe_text(text, figure):
    look = f"text {text.get_fontsize():g} pt {name_colour(text.get_color())} {text.get_ha()} {text.get_va()}"
    for word, usual in (
        (text.get_weight(), "normal"),
        (text.get_style(), "normal"),
        (text.get_rotation(), 0),
    ):
        look += f" {word}" * (word not in (usual, 400))
    place = text.get_transform().transform(text.get_unitless_position())
    return look, f"{text.get_text()!r} {state_place(*place_on_page(place, figure)[0])}"


def describe(artist, figure):
    for kind, how in (
        (Text, describe_text),
        (Line2D, describe_line),
        (Patch, describe_patch),
        (Collection, describe_collection),
    ):
        if isinstance(artist, kind):
            return how(artist, figure)
    if isinstance(artist, AxesImage):
        return f"image {artist.cmap.name}", state_place(*artist.get_extent())
    return None


def is_seen(artist):
    return artist.get_visible() and not (isinstance(artist, Text) and not artist.get_text().strip())


def list_ticks(axis):
    low, high = sorted(axis.get_view_interval())
    slack = 1e-9 * (high - low)
    for tick in axis.get_major_ticks():
        if low - slack <= tick.get_loc() <= high + slack and tick.label1.get_visible():
            yield tick.label1.get_text() or "-"


def describe_axes(axes, figure):
    """Its frame in one line, then what is drawn on it."""
    box = axes.get_position()
    wide, high = figure.get_size_inches() * 25.4
    frame = state_place(box.x0 * wide, high - box.y1 * high, box.x1 * wide, high - box.y0 * high)
    if axes.axison:
        spines = [
            f"{name} {name_colour(spine.get_edgecolor())} {spine.get_linewidth():g}"
            for name, spine in axes.spines.items()
            if spine.get_visible()
        ]
        yield f"  axes {frame} {', '.join(spines) or 'no frame'}, above {axes.get_zorder():g}", ""
        for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
            look = axis.get_major_ticks()[:1]
            width = [
                f"{t.tick1line.get_markersize():g} {t.tick1line.get_markeredgewidth():g}"
                for t in look
            ]
            size = [
                f"{t.label1.get_fontsize():g} {name_colour(t.label1.get_color())}" for t in look
            ]
            grid = any(t.gridline.get_visible() for t in look)
            words = " ".join(list_ticks(axis))
            limits = " ".join(f"{edge:.4g}" for edge in axis.get_view_interval())
            yield (
                (
                    f"    {name} {axis.get_scale()} {limits} ticks {' '.join(width + size)}{' grid' * grid}: {words}"
                ),
                "",
            )
            if axis.label.get_text():
                yield "    " + describe_text(axis.label, figure)[0], repr(axis.label.get_text())
    children = [*axes.lines, *axes.patches, *axes.collections, *axes.images, *axes.texts]
    children += [] if axes.title.get_text() == "" else [axes.title]
    if legend := axes.get_legend():
        children += [*legend.get_texts(), *legend.get_lines(), *legend.get_patches()]
    others = [child for child in axes.artists if describe(child, figure)]
    for child in sorted([*children, *others], key=lambda child: child.get_zorder()):
        if is_seen(child) and (found := describe(child, figure)):
            yield "    " + found[0], found[1]


def describe_figure(figure):
    """Lines of words; neighbours of one look share a line."""
    figure.draw_without_rendering()
    wide, high = figure.get_size_inches() * 25.4
    lines = [f"  page {state_place(wide, high)} {name_colour(figure.get_facecolor())}"]
    last = None
    for axes in filter(lambda axes: axes.get_visible(), figure.axes):
        for look, place in describe_axes(axes, figure):
            if look == last and place:
                lines[-1] += f"; {place}"
            else:
                lines.append(f"{look}: {place}" if place else look)
            last = look
    return lines


def describe_row(row):
    """Cells of a row of a table; those of a heading with their side."""
    cells = []
    for cell in row:
        heading = cell.tag == "th" and cell.get("scope") != "row"
        look = [cell.get("class") or ""] if heading else []
        look += [f"over {cell.get('colspan')}"] if cell.get("colspan") else []
        words = " ".join(cell.text_content().split())
        cells.append(words + f" <{' '.join(look)}>" * bool(look))
    return " | ".join(cells)


def describe_page(text):
    """Lines of words: headings, sentences, captions, lists and rows of tables in the order of the page."""
    body = html.document_fromstring(text).find("body")
    for drawing in [*body.iter("svg", "script", "style")]:
        drawing.drop_tree()
    lines = []
    for block in body.iter(*BLOCKS):
        if block.tag == "tr":
            words = describe_row(block)
        else:
            inner = [*block.iterdescendants(*BLOCKS)]
            words = "" if inner else " ".join(block.text_content().split())
        if block.tag == "table":
            sides = {}
            for row in block.iter("tr"):
                for place, cell in enumerate(row.iterchildren("td")):
                    sides.setdefault(place, set()).update((cell.get("class") or "").split())
            words = "; ".join(" ".join(sorted(found)) for found in sides.values())
        if words:
            # versions of software are those of the machine
            lines.append(f"{block.tag}: {VERSION.sub('x.y.z', words)}")
    return lines


def prepare_miniature(plan, files):
    """As it stands: every analysis on 79 patients, in the style of a journal."""


def prepare_sparse(plan, files):
    """Of the miniature's patients a dozen, so that most things are too few: what is left are words."""
    files["data/klinik.csv"] = files["data/klinik.csv"][:13]
    plan["output"].pop("style")
    plan["cutoffs"]["burden"] = {}


def prepare_german(plan, files):
    """The demo's first 160 patients, with lesions, pathways and published curves, in German and one column wide."""
    rows = files["data/cohort.csv"][:161]
    people = {row.split(b";")[0] for row in rows}
    for name in ("data/lesions.csv", "data/events.csv"):
        files[name] = [row for row in files[name] if row.split(b";")[0] in people]
    files["data/cohort.csv"] = rows
    for analysis in ("imputed_models", "sensitivity_models", "added_value", "adjusted_curves"):
        del plan[analysis]
    del plan["endpoints"]["css"], plan["output"]["panels"]
    plan["resampling"] = {"resamples": 100}
    plan["missing_components"] = {"imputations": 2}
    plan["output"] |= {"language": "de", "width": "single"}


STUDIES = {
    "miniature": ("tests/study", prepare_miniature),
    "sparse": ("tests/study", prepare_sparse),
    "german": (".", prepare_german),
}


def write_study(name, folder):
    """The plan and the data of a study of STUDIES in an empty folder."""
    source, prepare = ROOT / STUDIES[name][0], STUDIES[name][1]
    plan = yaml.safe_load((source / "config/config.yaml").read_text(encoding="utf-8"))
    paths = [path for part in ("config", "data") for path in (source / part).rglob("*")]
    contents = {
        path.relative_to(source).as_posix(): path.read_bytes() for path in paths if path.is_file()
    }
    files = {
        name: content.splitlines(keepends=True)
        for name, content in contents.items()
        if name.startswith("data/") and name.endswith(".csv")
    }
    plan["output"]["formats"] = ["svg"]
    prepare(plan, files)
    contents |= {file: b"".join(lines) for file, lines in files.items()}
    contents["config/config.yaml"] = yaml.safe_dump(
        plan, allow_unicode=True, sort_keys=False
    ).encode()
    for file, content in contents.items():
        path = Path(folder) / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def describe_study(name, folder):
    """({figure: its lines}, lines of the report, faults of the figures) of a study of STUDIES, run in this process in a folder."""
    write_study(name, folder)
    found, faults, save = {}, [], style.save_all

    def keep(figure, paths, *rest):
        save(figure, paths, *rest)
        name = Path(paths[0]).name.split(".")[0]
        with style.matplotlib.rc_context(style.SETTINGS):
            found[name] = describe_figure(figure)
        faults.extend((name, fault) for fault in find_faults(figure))

    style.save_all = keep
    try:
        run_study(folder, "written")
    finally:
        style.save_all = save
    page = (Path(folder) / "results/report.html").read_text(encoding="utf-8")
    return dict(sorted(found.items())), describe_page(page), faults


def say_same(before, after):
    """Whether two lines say the same: words and whole numbers to the letter, places within SLACK, decimals within one of their last digit.

    Another processor may round the last digit of a number the other way.
    """
    if DECIMAL.sub("#", PLACES.sub("", before)) != DECIMAL.sub("#", PLACES.sub("", after)):
        return False
    places = [" ".join(PLACES.findall(line)) for line in (before, after)]
    near = [np.array(NUMBER.findall(text), float) for text in places]
    if len(near[0]) != len(near[1]) or np.any(np.abs(near[0] - near[1]) > SLACK):
        return False
    numbers = [DECIMAL.findall(PLACES.sub("", line)) for line in (before, after)]
    return all(
        len(one.partition(".")[2]) == len(other.partition(".")[2])
        and abs(float(one) - float(other)) < 1.5 * 10.0 ** -len(one.partition(".")[2])
        for one, other in zip(*numbers, strict=True)
    )


def find_differences(kept, found):
    """The lines that differ, as a diff prints them: `- approved`, `+ found`."""
    if len(kept) == len(found):
        pairs = zip(kept, found, strict=True)
        return [f"- {a}\n+ {b}" for a, b in pairs if a != b and not say_same(a, b)]
    differing = difflib.unified_diff(kept, found, lineterm="", n=0)
    return [line for line in differing if line[:3] not in ("---", "+++") and line[:2] != "@@"]


def read_approved(study):
    """({figure: its lines}, lines of the report) as they are kept."""
    figures, name = {}, None
    for line in (APPROVED / f"{study}_figures.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            figures[name].append(line)
        elif line:
            name = line
            figures[name] = []
    return figures, (APPROVED / f"{study}_report.txt").read_text(encoding="utf-8").splitlines()


def write_approved(study, figures, page):
    APPROVED.mkdir(exist_ok=True)
    lines = [line for name, words in figures.items() for line in (name, *words, "")]
    (APPROVED / f"{study}_figures.txt").write_text("\n".join(lines), encoding="utf-8")
    (APPROVED / f"{study}_report.txt").write_text("\n".join([*page, ""]), encoding="utf-8")


if __name__ == "__main__":
    for chosen in sys.argv[1:] or STUDIES:
        with tempfile.TemporaryDirectory() as place:
            *seen, faults = describe_study(chosen, place)
            write_approved(chosen, *seen)
            print(chosen, *faults, sep="\n    ")
