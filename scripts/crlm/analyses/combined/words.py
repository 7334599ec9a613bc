"""The place of the combined figures in the report, and what their captions say."""

from string import ascii_uppercase

from crlm.display.sections import Section


def show_last(page):
    """Each as a figure whose caption is made of those of its parts."""
    if not page.plan["output"]["panels"]:
        return []
    from crlm.display import combine  # and with it matplotlib, which no other words need

    blocks = []
    for name, parts in page.plan["output"]["panels"].items():
        told = [
            f"({letter}) {tell(page, part)}"
            for letter, part in zip(ascii_uppercase, parts, strict=False)
        ]
        width = page.plan["output"]["widths"].get(f"combined_{name}", "double")
        sizes = [combine.read_size(page.figures[part]) for part in parts if part in page.figures]
        title = f"Figures on one page: {name.replace('_', ' ')}"
        words = [*told, *warn_of_small_type(sizes, width)]
        blocks += page.figure(f"combined_{name}", title, "combined", *words)
    return [Section("combined", "Combined figures", blocks)] if blocks else []


def tell(page, part):
    """What a part shows: its own title and caption, where it stands in the report."""
    title, caption = page.told.get(part, (part.replace("_", " "), ""))
    return f"{title}. {caption}".strip()


def warn_of_small_type(sizes, width="double"):
    """A sentence if the smallest type is below what journals print. width: of the page, as the plan names it."""
    from crlm.display import combine, style

    with style.page_of(width):
        layout = combine.choose_layout(sizes) if sizes else {"scale": 1}
    smallest = style.SMALL * layout["scale"]
    if round(smallest, 1) < combine.SMALLEST:
        yield (
            f"To fit one page the parts were made smaller: the smallest type is {smallest:.1f} points, and most journals "
            f"ask for at least {combine.SMALLEST:g}. Fewer parts stay larger, and so do parts drawn for one column."
        )
