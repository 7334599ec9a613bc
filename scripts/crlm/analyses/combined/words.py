"""The place of the combined figures in the report, and what their captions say."""

from string import ascii_uppercase

from crlm.display import combine, style
from crlm.display.sections import Section


def show_last(page):
    """Each as a figure whose caption is made of those of its parts."""
    blocks = []
    for name, parts in page.plan["output"]["panels"].items():
        told = [
            f"({letter}) {tell(page, part)}"
            for letter, part in zip(ascii_uppercase, parts, strict=False)
        ]
        sizes = [combine.read_size(page.figures[part]) for part in parts if part in page.figures]
        title = f"Figures on one page: {name.replace('_', ' ')}"
        words = [*told, *warn_of_small_type(sizes)]
        blocks += page.figure(f"combined_{name}", title, "combined", *words)
    return [Section("combined", "Combined figures", blocks)] if blocks else []


def tell(page, part):
    """What a part shows: its own title and caption, where it stands in the report."""
    title, caption = page.told.get(part, (part.replace("_", " "), ""))
    return f"{title}. {caption}".strip()


def warn_of_small_type(sizes):
    """A sentence if the smallest type is below what journals print."""
    smallest = style.SMALL * combine.choose_layout(sizes)["scale"] if sizes else combine.SMALLEST
    if round(smallest, 1) < combine.SMALLEST:
        yield (
            f"To fit one page the parts were made smaller: the smallest type is {smallest:.1f} points, and most journals "
            f"ask for at least {combine.SMALLEST:g}. Fewer parts stay larger."
        )
