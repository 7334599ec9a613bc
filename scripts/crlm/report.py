"""The report: one page that needs nothing else, built of sections with figures and tables."""

from dataclasses import dataclass, field, replace

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from crlm import captions, display, formats, methods
from crlm.svg import embed_svg
from crlm.table_cox import UNIVARIABLE
from crlm.table_missing_components import has_missing
from crlm.table_survival import tabulate_incidence, tabulate_pairs, tabulate_survival
from crlm.tables import build_tables

PAGE = "report.html.j2"


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


def build_report(plan, results, figures, versions, templates):
    """Return the report as the text of one HTML page that needs no other file and no network.

    plan, results: as `tables.build_tables` takes them. figures: {name: text of the SVG} with the names of results/figures
    (flow_cohort, missingness_cohort, kaplan_meier_<endpoint>_<grouping>, cumulative_incidence_<endpoint>_<grouping>,
    forest_<endpoint>_<model>, proportional_hazards_<endpoint>_<model>, subgroups_<endpoint>_<analysis>); one that is not there
    is left out. versions: {software: version}. templates: {file name: text} of workflow/report (report.html.j2, .css, .js).
    Raises ValueError for a figure that has no place in the page.
    """
    page = _Page(plan, results, figures)
    sections = [
        _build_cohort(page),
        _build_follow_up(page),
        _build_scores(page),
        _build_growth_patterns(page),
        *(_build_endpoint(page, name) for name in plan["endpoints"]),
        _build_quality(page),
        _build_methods(page),
        _build_references(plan, versions),
    ]
    page.check()
    environment = Environment(
        loader=DictLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(PAGE).render(
        study=plan["study"],
        key_numbers=list_key_numbers(plan, results),
        sections=[section for section in sections if section],
        css=Markup(templates["report.css"]),
        js=Markup(templates["report.js"]),
    )


class _Page:
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
        number = whole.number + (formats.letter(place) if len(self.plan["groupings"]) > 1 else "")
        table = replace(display.drop_empty(table), number=number, title=self.stamp(table.title))
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


def list_key_numbers(plan, results):
    """The numbers at the top of the page: dicts with label, value and detail."""
    attrition = results["attrition"]
    analysed = attrition.loc[attrition["endpoint"].isna(), "remaining"].iloc[-1]
    numbers = [{"label": "Patients", "value": formats.format_count(analysed), "detail": ""}]
    for name, endpoint in plan["endpoints"].items():
        result = results["endpoints"][name]
        summary, landmarks = result["summary"], result["landmarks"]
        whole = summary[summary["grouping"] == "overall"].iloc[0]
        times = landmarks[(landmarks["grouping"] == "overall") & landmarks["survival"].notna()]
        details = [f"{formats.format_count(whole['events'])} events"]
        if len(times):
            last = times.iloc[-1]
            share = formats.format_percent(last["survival"], last["lower"], last["upper"])
            details.append(f"{share} % at {last['time']:g} months")
        middle = formats.format_median(
            *(whole[key] for key in ("median", "median_lower", "median_upper"))
        )
        numbers.append(
            {
                "label": f"{endpoint['label']}, median in months (95% CI)",
                "value": middle,
                "detail": "; ".join(details),
            }
        )
    return numbers


def _build_cohort(page):
    described = [name for name in page.tables if name.startswith("characteristics_")]
    return Section(
        "cohort",
        "Cohort",
        [
            *page.figure("flow_cohort", "Flow of the patients", captions.FLOW),
            *page.table("attrition", "Flow of the patients as a table"),
            *(block for name in described for block in page.table(name)),
        ],
    )


def _build_follow_up(page):
    return Section("follow-up", "Endpoints and follow-up", page.table("follow_up"))


def _build_scores(page):
    agreement = [name for name in page.tables if name.startswith("agreement_")]
    names = ["scores", "published", *agreement]
    return Section(
        "scores", "Clinical risk scores", [b for name in names for b in page.table(name)]
    )


def _build_growth_patterns(page):
    return Section(
        "growth-patterns",
        "Growth patterns",
        [
            *page.table("growth_patterns"),
            *page.table("cutoff_levels"),
            *page.figure("discordance_cohort", "Lesions of one patient", captions.DISCORDANCE),
            *page.table("discordance"),
            *page.table("discordance_groups"),
            *page.table("discordance_hazards"),
        ],
    )


def _build_endpoint(page, name):
    endpoint = page.plan["endpoints"][name]
    sections = [
        Section(f"{name}-survival", "Survival", _show_survival(page, name, endpoint)),
        Section(f"{name}-incidence", "Cumulative incidence", _show_incidence(page, name, endpoint)),
        Section(f"{name}-cox", "Cox models", _show_cox(page, name, endpoint)),
        Section(f"{name}-ph", "Proportional hazards", _show_hazards(page, name, endpoint)),
        Section(
            f"{name}-performance",
            "Scores and models head to head",
            _show_performance(page, name, endpoint),
        ),
        Section(f"{name}-added-value", "Added value", _show_added_value(page, name, endpoint)),
        Section(f"{name}-cutoffs", "Where to cut", _show_cutoffs(page, name, endpoint)),
        Section(
            f"{name}-missing-components",
            "Missing components of scores",
            _show_missing_components(page, name, endpoint),
        ),
        Section(
            f"{name}-published",
            "Against the published strata",
            _show_published(page, name, endpoint),
        ),
        Section(
            f"{name}-subgroups", "Effects within subgroups", _show_subgroups(page, name, endpoint)
        ),
    ]
    return Section(
        f"endpoint-{name}",
        endpoint["label"],
        sections=[section for section in sections if section],
        short=endpoint["abbreviation"],
    )


def _show_survival(page, name, endpoint):
    """Per grouping the curves, then medians, landmarks and tests."""
    result, blocks = page.results["endpoints"][name], []
    for place, (key, grouping) in enumerate(page.plan["groupings"].items()):
        one = {key: grouping}
        survival = tabulate_survival(
            result["summary"], result["landmarks"], result["tests"], name, endpoint, one
        )
        pairs = tabulate_pairs(result["tests"], name, endpoint, one)
        title = f"{endpoint['label']}: {grouping['label']}"
        survival = replace(survival, name=f"survival_{name}_{key}", title=title)
        pairs = replace(pairs, name=f"pairs_{name}_{key}", title=f"{title}, compared pairwise")
        if survival:
            caption = captions.describe_kaplan_meier(page.plan["output"], endpoint, grouping)
            blocks += page.figure(f"kaplan_meier_{name}_{key}", title, *caption)
            blocks += page.part(f"survival_{name}", survival, place)
            blocks += page.part(f"pairs_{name}", pairs, place, "Groups compared pairwise")
    return blocks


def _show_incidence(page, name, endpoint):
    result, blocks = page.results["endpoints"][name], []
    for place, (key, grouping) in enumerate(page.plan["groupings"].items()):
        title = f"{endpoint['label']}: cumulative incidence, {grouping['label']}"
        figure = page.figure(f"cumulative_incidence_{name}_{key}", title, captions.INCIDENCE)
        if figure:
            table = tabulate_incidence(
                result["incidence"], result["curves"], name, endpoint, {key: grouping}
            )
            table = replace(table, name=f"incidence_{name}_{key}", title=title)
            blocks += [*figure, *page.part(f"incidence_{name}", table, place)]
    return [*blocks, *page.table(f"incidence_{name}", "Cumulative incidence in all groups")]


def _show_cox(page, name, endpoint):
    models = [key for key in page.plan["models"] if key != UNIVARIABLE]
    shown = [key for key in models if f"forest_{name}_{key}" in page.figures]
    blocks = []
    for key in shown or [UNIVARIABLE]:  # the univariable ratios stand beside those of each model
        title = f"{endpoint['label']}: hazard ratios, {page.plan['models'][key]['label']}"
        blocks += page.figure(f"forest_{name}_{key}", title, captions.FOREST)
    blocks += page.table(f"cox_{name}")
    return [*blocks, *page.table(f"fits_{name}", "Patients, events and fit of every model")]


def _show_hazards(page, name, endpoint):
    blocks = page.table(f"proportional_hazards_{name}")
    for key, model in page.plan["models"].items():
        title = f"{endpoint['label']}: scaled Schoenfeld residuals, {model['label']}"
        blocks += page.figure(f"proportional_hazards_{name}_{key}", title, captions.RESIDUALS)
    return blocks


def _show_performance(page, name, endpoint):
    title = f"{endpoint['label']}: discrimination on the same patients"
    return [
        *page.figure(f"performance_{name}_ranking", title, captions.RANKING),
        *page.table(f"performance_{name}"),
        *_show_differences(page, name, endpoint),
        *page.table(f"differences_{name}", "Differences of every pair"),
        *page.table(f"optimism_{name}"),
        *page.figure(
            f"performance_{name}_calibration",
            f"{endpoint['label']}: calibration of predicted risks",
            captions.CALIBRATION,
        ),
        *page.table(f"calibration_{name}"),
        *page.figure(
            f"performance_{name}_decision",
            f"{endpoint['label']}: net benefit of treating by predicted risk",
            captions.DECISION,
        ),
        *page.table(f"decision_{name}", "Net benefit at a few thresholds"),
        *_show_groups(page, name, endpoint),
    ]


def _show_differences(page, name, endpoint):
    title = f"{endpoint['label']}: every predictor against every other"
    return page.figure(f"performance_{name}_differences", title, captions.DIFFERENCES)


def _show_groups(page, name, endpoint):
    title = f"{endpoint['label']}: the groups of one score in those of another"
    return [
        *page.figure(f"performance_{name}_reclassification", title, captions.RECLASSIFICATION),
        *page.table(f"groups_{name}", "Groups compared as a table"),
    ]


def _show_added_value(page, name, endpoint):
    blocks = page.table(f"added_value_{name}")
    for key, addition in page.plan["added_value"].get("additions", {}).items():
        title = f"{endpoint['label']}: {addition['label']} added"
        blocks += page.figure(f"added_value_{name}_{key}", title, captions.ADDED_VALUE)
    blocks += page.table(f"risk_groups_{name}", "Risk groups of both models")
    return [*blocks, *page.table(f"movement_{name}")]


def _show_cutoffs(page, name, endpoint):
    blocks = []
    for key, number in page.plan["cutoffs"].items():
        title = f"{endpoint['label']}: {number['label']}, cut at every value"
        blocks += page.figure(f"cutoffs_{name}_{key}", title, captions.CUTOFFS)
    parts = ("cutoffs", "best_cuts", "splines")
    return [*blocks, *(block for part in parts for block in page.table(f"{part}_{name}"))]


def _show_missing_components(page, name, endpoint):
    if not page.plan["missing_components"]:
        return []
    comparison, imputation = (
        f"missing_components_{name}_{kind}" for kind in ("comparison", "imputation")
    )
    if not has_missing(page.results["endpoints"][name]["missing_components"]):
        page.leave_out(comparison, imputation)
        return [{"kind": "text", "paragraphs": [captions.NOTHING_MISSING]}]
    title = f"{endpoint['label']}: missing components of scores, three analyses"
    blocks = [
        *page.figure(comparison, title, captions.MISSING_COMPONENTS),
        *page.table(f"missing_components_{name}"),
    ]
    table = page.table(f"imputation_{name}", "Observed and imputed values as a table")
    if not table:
        page.leave_out(imputation)
        return blocks
    title = f"{endpoint['label']}: observed and imputed values"
    return [*blocks, *page.figure(imputation, title, captions.IMPUTATION), *table]


def _show_published(page, name, endpoint):
    blocks = []
    for key, score in page.plan["scores"].items():
        title = f"{endpoint['label']}: {score['label']}, published and here"
        blocks += page.figure(f"published_{name}_{key}", title, captions.PUBLISHED)
    blocks += page.table(f"published_expected_{name}")
    blocks += page.table(f"published_{name}", "Survival published and here")
    for key, curve in page.plan["published"].items():
        title = f"{endpoint['label']}: {curve['label']}, reconstructed, and here"
        blocks += page.figure(f"reconstructed_{name}_{key}", title, captions.RECONSTRUCTED)
    blocks += page.table(f"reconstructed_{name}")
    table = f"reconstructed_survival_{name}"
    return [*blocks, *page.table(table, "Survival here and by the reconstructed curves")]


def _show_subgroups(page, name, endpoint):
    blocks = []
    for key, analysis in page.plan["subgroups"].items():
        title = f"{endpoint['label']}: {analysis['label']}, within subgroups"
        blocks += page.figure(f"subgroups_{name}_{key}", title, captions.SUBGROUPS)
        blocks += page.table(f"subgroups_{name}_{key}")
    return blocks


def _build_quality(page):
    blocks = [
        *page.figure("missingness_cohort", "Missing values", captions.MISSINGNESS),
        *page.table("missingness", "Missing values as a table"),
        *page.table("data_quality"),
    ]
    if not len(page.results["data_quality"]):
        blocks.append({"kind": "text", "paragraphs": ["The checks of the data found nothing."]})
    return Section("data-quality", "Data quality", blocks)


def _build_methods(page):
    parts = methods.build_methods(page.plan, page.results)
    sections = [
        Section(f"methods-{place}", heading, [{"kind": "text", "paragraphs": paragraphs}])
        for place, (heading, paragraphs) in enumerate(parts, 1)
    ]
    return Section("methods", "Methods", sections=sections)


def _build_references(plan, versions):
    """Citations of the data and of the scores computed, and the software."""
    items = [{"text": plan["study"]["citation"], "links": []}] if plan["study"]["citation"] else []
    for score in plan["scores"].values():
        if score["status"] != "computable":
            continue
        citation = score["citation"]
        text = f"{score['label']}: {citation['text']}"
        items.append({"text": text, "links": formats.list_links(citation)})
    items += [
        {"text": f"{curve['label']}: {curve['source']}", "links": []}
        for curve in plan["published"].values()
    ]
    if plan["published"]:
        links = formats.list_links(methods.GUYOT)
        items.append({"text": methods.GUYOT["text"], "links": links})
    sections = [
        Section("citations", "To be cited", [{"kind": "list", "items": items}] if items else []),
        Section("software", "Software", [_tabulate_versions(versions)] if versions else []),
    ]
    return Section("references", "References and software", sections=[s for s in sections if s])


def _tabulate_versions(versions):
    rows = tuple(
        display.Row((display.text(name), display.text(version)))
        for name, version in versions.items()
    )
    columns = (display.Column("Software", align="left"), display.Column("Version", align="left"))
    table = display.DisplayTable("versions", "Software used", columns, rows)
    return {"kind": "table", "table": table, "folded": "", "wide": False}
