"""The page of the report: its tables and figures by name."""

from dataclasses import replace

from markupsafe import Markup

from crlm.display import cells, formats, privacy
from crlm.display.svg import embed_svg, is_tall
from crlm.plan import phrases


class Page:
    """Tables and figures by name; figures are numbered as they are placed, and each must be placed or left out."""

    def __init__(self, plan, results, figures, tables, captions, findings=None):
        """tables: DisplayTables; figures: {name: text of the SVG}; captions: {kind of figure: text}.

        findings: {name of a figure: what it shows, in a sentence}, read to those who do not see it; of others it is the caption.
        """
        self.findings = findings or {}
        self.plan, self.results, self.figures, self.captions = plan, results, figures, captions
        self.tables = {table.name: table for table in tables}
        self.placed, self.left_out, self.shown, self.main = {}, set(), set(), set()
        self.told = {}  # name: title and caption of the figures placed so far
        self.letter = ""  # before the numbers of figures; S in the supplement

    def figure(self, name, title, kind, *sentences):
        """The block of a figure, in a list that is empty when there is no such figure; `sentences` go on from the caption."""
        if name not in self.figures:
            return []
        if name in self.placed:
            return [refer("Figure", self.placed[name], title)]
        number = self._count()
        self.placed[name] = number
        caption = formats.finish(" ".join([self.captions[kind].strip(), *sentences]))
        self.told[name] = title, caption
        finding = self.findings.get(name) or caption
        svg = embed_svg(self.figures[name], f"f{number}", self.stamp(title), finding)
        block = {
            "kind": "figure",
            "name": name,
            "id": f"figure-{number}",
            "number": number,
            "title": self.stamp(title),
            "caption": caption,
            "svg": Markup(svg),
            "tall": is_tall(svg),
        }
        return [block]

    def _count(self):
        """The next number, in the main text or in the supplement."""
        before = [
            each for each in self.placed.values() if each.startswith("S") == bool(self.letter)
        ]
        return f"{self.letter}{len(before) + 1}"

    def find(self, figure, table):
        """Links to a figure and a table by name, as dicts with text and target; without those that are not on the page."""
        links = []
        if figure in self.placed:
            number = self.placed[figure]
            links.append({"text": f"Figure {number}", "target": f"figure-{number}"})
        if table in self.tables:
            number = self.tables[table].number
            links.append({"text": f"Table {number}", "target": f"table-{table}"})
        return links

    def start_supplement(self):
        """What is placed from now on belongs to the supplement; what stands in the main text is referred to."""
        self.letter = "S"

    def leave_out(self, *names):
        """Figures and tables that would show nothing, or what stands elsewhere."""
        self.left_out.update(names)

    def table(self, name, folded=""):
        """The block of a table, in a list that is empty when the table is; `folded` is the line that opens it."""
        table = self.tables.get(name)
        if table and name in self.main:
            return [refer("Table", table.number, table.title, name)]
        self.shown.add(name)
        if not self.letter:
            self.main.add(name)
        return self.show(table, folded) if table else []

    def part(self, name, table, place, folded=""):
        """The block of one grouping's part of a table, with the letter of the part."""
        whole = self.tables.get(name)
        self.shown.add(name)
        if not table or not whole:
            return []
        number = whole.number + (phrases.letter(place) if len(self.plan["groupings"]) > 1 else "")
        if least := self.plan["output"]["privacy"]["small_cells"]:
            table = privacy.hide(table, least)
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


def refer(kind, number, title, name=None):
    """A block that points to a figure or table that stands in the main text."""
    target = f"table-{name}" if name else f"figure-{number}"
    return {"kind": "reference", "text": f"{kind} {number}", "target": target, "title": title}
