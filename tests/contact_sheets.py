"""Contact sheets of a study's figures, to look at: as they are, in grey, and as an eye without green or red cones sees them.

    .venv/bin/python tests/contact_sheets.py <study> [pattern ...]     (or `make gallery STUDY=... FIGURES="forest_* panel_*"`)

Writes PNG sheets to results/contact_sheets of the study. A pattern chooses among results/figures/*.png; without one it is all of them.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

# Machado, Oliveira and Fernandes 2009 (doi 10.1109/TVCG.2009.113), severity 1, for linear RGB
WITHOUT_GREEN = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.01182, 0.04294, 0.968881),
)
WITHOUT_RED = (
    (0.152286, 1.052583, -0.204868),
    (0.114503, 0.786281, 0.099216),
    (-0.003882, -0.048116, 1.051998),
)
LUMINANCE = ((0.2126, 0.7152, 0.0722),) * 3  # of linear sRGB (Rec. 709): a print in grey
VIEWS = {
    "natural": np.eye(3),
    "grey": LUMINANCE,
    "deuteranopia": WITHOUT_GREEN,
    "protanopia": WITHOUT_RED,
}
DOTS = 110  # per inch of a figure: 7 points are readable
COLUMN, TALL = round(174 / 25.4 * DOTS), 1300  # pixels; two columns, about a screen each
GAP, HEAD = 12, 16


def see(pixels, eye):
    """The pixels (height, width, 3; 0 to 255, sRGB) as an eye sees them."""
    rgb = np.arange(256) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)[pixels]
    seen = np.clip(linear @ np.array(eye).T, 0, 1)
    back = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
    return np.round(255 * back).astype(np.uint8)


def shrink(picture):
    """The picture in DOTS per inch; its own come from the file."""
    share = DOTS / picture.info["dpi"][0]
    size = [round(float(side) * share) for side in picture.size]
    return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)


def place(sizes, columns=2, wide=COLUMN, tall=TALL):
    """[(sheet, x, y)] of pictures of these sizes: down the columns in their order, the next sheet where none has room."""
    places, sheet, column, y = [], 0, 0, 0
    for _, height in sizes:
        if y and y + HEAD + height > tall:
            column, y = column + 1, 0
        if column == columns:
            sheet, column = sheet + 1, 0
        places.append((sheet, column * (wide + GAP), y))
        y += HEAD + height + GAP
    return places


def make_sheets(files, eye):
    """Pictures of the figures in these files as an eye sees them, each below its name."""
    pictures = []
    for file in files:
        with Image.open(file) as picture:
            pictures.append(shrink(picture))
    wide = max((picture.width for picture in pictures), default=COLUMN)
    columns = (2 * COLUMN + 2 * GAP) // (wide + GAP)  # four of figures of one column
    places = place([picture.size for picture in pictures], max(columns, 1), wide)
    font, sheets = ImageFont.load_default(11), []
    for number in range(max((sheet for sheet, _, _ in places), default=-1) + 1):
        mine = [each for each in zip(places, pictures, files, strict=True) if each[0][0] == number]
        width = max(x + picture.width for (_, x, _), picture, _ in mine)
        height = max(y + HEAD + picture.height for (_, _, y), picture, _ in mine)
        sheet = Image.new("RGB", (width, height), "#c8c8c8")
        for (_, x, y), picture, file in mine:
            ImageDraw.Draw(sheet).text((x + 2, y), Path(file).stem, "black", font)
            pixels = see(np.asarray(picture), eye)
            sheet.paste(Image.fromarray(pixels), (x, y + HEAD))
        sheets.append(sheet)
    return sheets


def write_sheets(study, patterns):
    """Write the sheets of all views and return their paths."""
    folder = Path(study) / "results"
    files = sorted(
        {file for each in patterns or ["*"] for file in folder.glob(f"figures/{each}.png")}
    )
    target = folder / "contact_sheets"
    target.mkdir(exist_ok=True)
    for old in target.glob("*.png"):
        old.unlink()
    written = []
    for view, eye in VIEWS.items():
        for number, sheet in enumerate(make_sheets(files, eye), 1):
            written.append(target / f"{view}_{number:02d}.png")
            sheet.save(written[-1])
    return written


if __name__ == "__main__":
    for path in write_sheets(sys.argv[1], " ".join(sys.argv[2:]).split()):
        print(path)
