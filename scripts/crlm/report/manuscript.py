"""The manuscript as a Word document: what the run can say is written, what only the authors can say is marked for them."""

import io

from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.shared import Cm, Pt

from crlm.display import captions, formats, keys, language, privacy, word, word_fields
from crlm.display.refill import make_control
from crlm.plan import phrases
from crlm.report import checklists

WIDEST, HIGHEST = 16.5, 20.0  # cm of a figure
GROUPED = {"description", "follow_up", "kaplan_meier", "cox"}  # whose answers the abstract has
AUTHOR = "for the author"
PAGES = (
    "Word sets the page numbers when the document is opened, or its fields are updated (select all, F9). For a form of the journal "
    "take them from here."
)
HEADINGS = (
    10_000  # from which bookmarks of headings are numbered, above those of tables and figures
)


def write_manuscript(parts, target, build=lambda marked: []):
    """Write the manuscript to a path or binary buffer; the same parts give the same bytes.

    parts: dict with study and manuscript (of the plan), answers ([(analysis, Answer)]), sections (of the main text, as
    `Page` makes them), methods, limits ([text]), references (as `references.list_citations` gives them), supplement ([(kind,
    number, title)]), numbers ({key: text}), pictures ({figure: path or bytes of a PNG}), places ({figure: number}), not_shown
    (whether small counts are hidden: from how many on, or None). build: function of the document's bookmarks that returns the
    DisplayTables of the checklists at its end.
    """
    document = Document()
    word.prepare(document, parts["study"])
    writer = _Writer(document, parts)
    writer.write_title_page()
    writer.write_abstract()
    writer.write_body()
    writer.write_end()
    writer.write_checklists(build)
    buffer = io.BytesIO()
    document.save(buffer)
    word.write_fixed(buffer, target)


class _Writer:
    """The parts of the manuscript in order; holds the document and the number of the next bookmark."""

    def __init__(self, document, parts):
        self.document, self.parts, self.marks = document, parts, 0
        self.told = set()  # answers that stand in the results

    def heading(self, words, level=1, mark=None):
        """A heading; mark: the bookmark by which the checklists name its page."""
        paragraph = self.document.add_heading(language.say(words), level)
        if mark:
            word_fields.add_bookmark(paragraph, mark, HEADINGS + len(self.document.paragraphs))
        return paragraph

    def paragraph(self, words="", after=6):
        paragraph = self.document.add_paragraph(language.say(words), word.BODY)
        paragraph.paragraph_format.space_after = Pt(after)
        return paragraph

    def ask(self, words, paragraph=None):
        """A mark of what the authors must write."""
        paragraph = self.paragraph() if paragraph is None else paragraph
        asked = f"[{language.say(AUTHOR)}: {language.say(words)}]"
        paragraph.add_run(asked).font.highlight_color = WD_COLOR_INDEX.YELLOW
        return paragraph

    def line(self, label, words, wanted):
        """`Label: words`, or a mark where the plan does not say it."""
        paragraph = self.paragraph(after=3)
        paragraph.add_run(f"{language.say(label)}: ").bold = True
        if words:
            paragraph.add_run(words)
        else:
            self.ask(wanted, paragraph)

    def write_title_page(self):
        """Title, authors, counts; the title itself was set when the document was prepared."""
        said, sections = self.parts["manuscript"], self.parts["sections"]
        kinds = [block["kind"] for section in sections for block in section.blocks]
        for label, key, wanted in (
            ("Authors", "authors", "names in order"),
            ("Affiliations", "affiliations", "departments and institutions"),
            ("Corresponding author", "corresponding", "name, address, e-mail"),
            ("Keywords", "keywords", "three to ten"),
        ):
            words = said.get(key) or ""
            self.line(label, words if isinstance(words, str) else "; ".join(words), wanted)
        self.line("Running title", "", "at most 50 characters")
        self.line("Words of abstract and text", "", "Word counts them under Review")
        self.line(
            "Tables and figures",
            language.say(f"{kinds.count('table')} and {kinds.count('figure')}"),
            "",
        )
        self.line("Registration or protocol", self.parts.get("frozen", ""), "where, and when")
        last = self.document.paragraphs[-1]
        word_fields.add_bookmark(last, checklists.TITLE, HEADINGS)

    def write_abstract(self):
        """A structured abstract; its results are the main sentences of the run."""
        self.heading("Abstract", mark=checklists.ABSTRACT)
        self.label("Background")
        self.ask(
            "why the question matters, and the aim in one sentence", self.document.paragraphs[-1]
        )
        self.label("Methods")
        self.document.paragraphs[-1].add_run(self.parts["summary"])
        self.label("Results")
        paragraph, seen = self.document.paragraphs[-1], set()
        for name, answer in self.parts["answers"]:
            if name in GROUPED and name not in seen:
                seen.add(name)
                self.pieces(paragraph, answer.pieces)
                paragraph.add_run(" ")
        self.label("Conclusions")
        self.ask(
            "what follows, and what does not; an association is no effect",
            self.document.paragraphs[-1],
        )

    def label(self, words):
        self.paragraph(after=3).add_run(f"{language.say(words)}: ").bold = True

    def pieces(self, paragraph, pieces):
        """A sentence whose numbers are filled by key; where a number is not the one of its key, it stays text."""
        least, numbers = self.parts["small_cells"], self.parts["numbers"]
        for text, key in pieces:
            known, text = numbers.get(key), formats.finish(text)
            if key and known is not None and (known == text or least):
                paragraph._p.append(make_control(key, known))
            else:
                paragraph.add_run(privacy.hide_words(text, least) if least else text)

    def write_body(self):
        self.heading("Introduction")
        self.ask("what is known, what is not, and the question of this study")
        self.heading("Methods")
        self.write_methods(True)
        if self.parts["scores"]:
            self.heading("Scores", 2)
            scores = phrases.join_words(self.parts["scores"])
            self.paragraph(
                f"Published scores in use: {scores}. Their points and how well each is supported: see the supplement."
            )
        self.heading("Ethics", 2)
        self.ask("approval, consent or waiver, and the committee that gave it")
        self.heading("Results", mark=checklists.RESULTS)
        for section in self.parts["sections"]:
            self.write_section(section)
        rest = [answer for _, answer in self.parts["answers"] if id(answer) not in self.told]
        if rest:
            self.heading("Further results", 2)
            for answer in rest:
                self.sentence(answer)
        self.heading("Discussion")
        self.ask("the main finding, how it compares with others, and what it means")
        self.heading("Limitations", 2, checklists.LIMITATIONS)
        self.paragraph("Limitations that the software found in these data:")
        for words in self.parts["limits"]:
            (listed,) = language.keep([f"•  {words}"])  # which was said
            self.paragraph(listed, after=2).paragraph_format.left_indent = Cm(0.5)
        self.ask("what else limits the results: selection, missing values, treatment by indication")

    def write_methods(self, main):
        """The methods of the main text, or those of the supplement."""
        for place, (heading, paragraphs) in enumerate(self.parts["methods"]):
            if (heading in self.parts["main_headings"]) == main:
                self.heading(heading, 2, checklists.name_methods(place))
                for words in paragraphs:
                    self.pieces(self.paragraph(), keys.split(words))

    def write_section(self, section):
        """The sentences that rest on the figures and tables of a section, and what it shows besides."""
        self.heading(section.title, 2)
        blocks, told = {block["name"]: block for block in section.blocks}, set()
        for _, answer in self.parts["answers"]:
            if {answer.figure, answer.table} & set(blocks) and id(answer) not in self.told:
                told |= {answer.figure, answer.table}
                self.sentence(answer)
        rest = [block for name, block in blocks.items() if name not in told]
        if rest:
            paragraph = self.paragraph()
            paragraph.add_run(f"{language.say('See also' if told else 'See')} ")
            self.refer(paragraph, [_name(block) for block in rest])
            paragraph.add_run(".")

    def sentence(self, answer):
        """A sentence of the run, and references to the figure and the table that it rests on."""
        self.told.add(id(answer))
        paragraph = self.paragraph()
        self.pieces(paragraph, answer.pieces)
        found = [
            (kind, places[name])
            for kind, places, name in (
                ("Figure", self.parts["figures"], answer.figure),
                ("Table", self.parts["tables"], answer.table),
            )
            if name in places
        ]
        if found:
            paragraph.add_run(" (")
            self.refer(paragraph, found)
            paragraph.add_run(")")

    def refer(self, paragraph, found):
        """`Figure 1, Table 2`; what stands in the supplement is no link."""
        for place, (kind, number) in enumerate(found):
            paragraph.add_run(", " if place else "")
            if number.isdigit():
                captions.refer(paragraph, kind, number)
            else:
                paragraph.add_run(f"{language.say(kind)} {number}")

    def figure(self, block):
        """A picture with its legend below; without a PNG the legend says which file belongs there."""
        picture = self.parts["pictures"].get(block["name"])
        paragraph = self.paragraph(after=3)
        paragraph.paragraph_format.keep_with_next = True
        if picture:
            shape = paragraph.add_run().add_picture(picture, width=Cm(WIDEST))
            if shape.height > Cm(HIGHEST):
                shape.width = round(shape.width * Cm(HIGHEST) / shape.height)
                shape.height = Cm(HIGHEST)
            shape._inline.docPr.set("descr", f"{block['title']}. {block['caption']}")
        else:
            self.ask(f"insert results/figures/{block['name']}.svg", paragraph)
        legend = self.paragraph(after=9)
        captions.number_figure(legend, block["number"], self.marks)
        self.marks += 1
        legend.add_run(f". {block['title']}. ").bold = True
        legend.add_run(block["caption"])

    def write_end(self):
        """Statements, references and the list of the supplement."""
        self.heading("Statements")
        for label, wanted in (
            ("Funding", "sources and their role, or none"),
            ("Conflicts of interest", "of every author, or none"),
            ("Contributions", "who did what"),
            ("Data and code", "where data, analysis plan and code can be had"),
        ):
            self.line(label, "", wanted)
        self.heading("References")
        for place, citation in enumerate(self.parts["references"], 1):
            words = f"{place}.  {citation['text']}"
            words += f" doi:{citation['doi']}" if citation["doi"] else ""
            self.paragraph(after=2).add_run(words)
        blocks = [block for section in self.parts["sections"] for block in section.blocks]
        tables = [block["table"] for block in blocks if block["kind"] == "table"]
        word.add_tables(self.document, tables, self.parts["known"], begun=True)
        self.marks = len(tables)
        word.start_page(self.document)
        for block in blocks:
            if block["kind"] == "figure":
                self.figure(block)
        self.heading("Supplementary methods")
        self.write_methods(False)
        self.heading("Supplement")
        self.paragraph("In results/tables/tables.docx (tables) and results/report.html (figures):")
        for kind, number, title in self.parts["supplement"]:
            self.paragraph(after=0).add_run(f"{language.say(kind)} {number}. {title}")

    def write_checklists(self, build):
        """The reporting checklists with the pages of this document; build: function of its bookmarks that returns their tables."""
        tables = build(word_fields.list_bookmarks(self.document))

        def open_them():
            self.heading("Reporting checklists")
            self.paragraph(PAGES)

        if tables:
            word.add_tables(self.document, tables, None, True, HEADINGS // 2, open_them)
            word_fields.fill_pages(self.document)


def _name(block):
    if block["kind"] == "figure":
        return "Figure", block["number"]
    return "Table", block["table"].number


def tell_summary(plan, main):
    """The methods of the abstract in sentences; main: the names of the endpoints of the main text."""
    labels = [plan["endpoints"][name]["label"].lower() for name in main]
    words = f"Endpoints: {phrases.join_words(labels)}. Survival was estimated by Kaplan-Meier"
    grouping = plan["groupings"].get(plan["main"]["grouping"])
    if grouping:
        words += f" and compared by the log-rank test between groups of {grouping['label']}"
    if plan["models"].get(plan["main"]["model"]):
        words += "; hazard ratios were adjusted by Cox models"
    return f"{words}."
