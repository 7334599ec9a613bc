"""The page of the report: its sections, and its tables and figures by name."""

from dataclasses import dataclass, field, replace

from markupsafe import Markup

from crlm.display import cells
from crlm.display.svg import embed_svg
from crlm.plan import phrases
from crlm.plan.models import UNIVARIABLE
from crlm.report.tables import build_tables


@dataclass
class Section:
    """A section of the page: blocks in order, then sections below it. A block is a dict with `kind`."""

    id: str
    title: str
    blocks: list = field(default_factory=list)
    sections: list = field(default_factory=list)
    short: str = ""

    def __bool__(self):
        return bool(self.blocks or self.sections)


class Page:
    """Tables and figures by name; figures are numbered as they are placed."""

    def __init__(self, plan, results, figures):
        self.plan, self.results, self.figures = plan, results, figures
        self.tables = {table.name: table for table in build_tables(plan, results)}
        self.placed, self.left_out = [], []

    def figure(self, name, title, *sentences):
        """The block of a figure, in a list that is empty when there is no such figure."""
        if name not in self.figures:
            return []
        self.placed.append(name)
        number = len(self.placed)
        block = {
            "kind": "figure",
            "id": f"figure-{number}",
            "number": number,
            "title": self.stamp(title),
            "caption": " ".join(sentences),
            "svg": Markup(embed_svg(self.figures[name], f"f{number}", self.stamp(title))),
        }
        return [block]

    def leave_out(self, *names):
        """Figures that would show nothing."""
        self.left_out += names

    def table(self, name, folded=""):
        """The block of a table, in a list that is empty when the table is; `folded` is the line that opens it."""
        table = self.tables.get(name)
        return self.show(table, folded) if table else []

    def part(self, name, table, place, folded=""):
        """The block of one grouping's part of a table, with the letter of the part."""
        whole = self.tables.get(name)
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
        """Raise ValueError for a figure without a place."""
        redundant = {f"forest_{name}_{UNIVARIABLE}" for name in self.plan["endpoints"]}
        left = sorted({*self.figures} - {*self.placed, *self.left_out} - redundant)
        if left:
            raise ValueError(f"no place in the report for the figure {', '.join(left)}")
