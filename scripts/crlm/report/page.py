"""The page of the report: its tables and figures by name."""

from dataclasses import replace

from markupsafe import Markup

from crlm.display import cells
from crlm.display.svg import embed_svg
from crlm.plan import phrases


class Page:
    """Tables and figures by name; figures are numbered as they are placed, and each must be placed or left out."""

    def __init__(self, plan, results, figures, tables, captions):
        """tables: DisplayTables; figures: {name: text of the SVG}; captions: {kind of figure: text}."""
        self.plan, self.results, self.figures, self.captions = plan, results, figures, captions
        self.tables = {table.name: table for table in tables}
        self.placed, self.left_out, self.shown = [], set(), set()

    def figure(self, name, title, kind, *sentences):
        """The block of a figure, in a list that is empty when there is no such figure; `sentences` go on from the caption."""
        if name not in self.figures:
            return []
        self.placed.append(name)
        number = len(self.placed)
        block = {
            "kind": "figure",
            "id": f"figure-{number}",
            "number": number,
            "title": self.stamp(title),
            "caption": " ".join([self.captions[kind].strip(), *sentences]),
            "svg": Markup(embed_svg(self.figures[name], f"f{number}", self.stamp(title))),
        }
        return [block]

    def leave_out(self, *names):
        """Figures and tables that would show nothing, or what stands elsewhere."""
        self.left_out.update(names)

    def table(self, name, folded=""):
        """The block of a table, in a list that is empty when the table is; `folded` is the line that opens it."""
        table = self.tables.get(name)
        self.shown.add(name)
        return self.show(table, folded) if table else []

    def part(self, name, table, place, folded=""):
        """The block of one grouping's part of a table, with the letter of the part."""
        whole = self.tables.get(name)
        self.shown.add(name)
        if not table or not whole:
            return []
        number = whole.number + (phrases.letter(place) if len(self.plan["groupings"]) > 1 else "")
        table = replace(cells.drop_empty(table), number=number, title=self.stamp(table.title))
        return self.show(table, folded)

    def show(self, table, folded=""):
        wide = len(table.columns) > 8
        return [{"kind": "table", "table": table, "folded": folded, "wide": wide}]

    def stamp(self, title):
        return f"{title} (synthetic data)" if self.plan["study"]["synthetic"] else title

    def check(self):
        """Raise ValueError for a figure or a table without a place."""
        figures = sorted({*self.figures} - {*self.placed} - self.left_out)
        tables = sorted({*self.tables} - self.shown - self.left_out)
        if figures or tables:
            names = [f"the figure {name}" for name in figures] + [f"the table {n}" for n in tables]
            raise ValueError(f"no place in the report for {', '.join(names)}")
