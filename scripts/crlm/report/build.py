"""The report: one page that needs nothing else, built of sections with figures and tables."""

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from crlm.display import cells, formats
from crlm.plan import phrases
from crlm.report import captions, methods
from crlm.report.endpoint import build_endpoint
from crlm.report.page import Page, Section

PAGE = "report.html.j2"


def build_report(plan, results, figures, versions, templates):
    """Return the report as the text of one HTML page that needs no other file and no network.

    plan, results: as `tables.build_tables` takes them. figures: {name: text of the SVG} with the names of results/figures
    (flow_cohort, missingness_cohort, kaplan_meier_<endpoint>_<grouping>, cumulative_incidence_<endpoint>_<grouping>,
    forest_<endpoint>_<model>, proportional_hazards_<endpoint>_<model>, subgroups_<endpoint>_<analysis>); one that is not there
    is left out. versions: {software: version}. templates: {file name: text} of workflow/report (report.html.j2, .css, .js).
    Raises ValueError for a figure that has no place in the page.
    """
    page = Page(plan, results, figures)
    sections = [
        _build_cohort(page),
        _build_follow_up(page),
        _build_scores(page),
        _build_growth_patterns(page),
        *(build_endpoint(page, name) for name in plan["endpoints"]),
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
        items.append({"text": text, "links": phrases.list_links(citation)})
    items += [
        {"text": f"{curve['label']}: {curve['source']}", "links": []}
        for curve in plan["published_curves"].values()
    ]
    if plan["published_curves"]:
        links = phrases.list_links(methods.GUYOT)
        items.append({"text": methods.GUYOT["text"], "links": links})
    sections = [
        Section("citations", "To be cited", [{"kind": "list", "items": items}] if items else []),
        Section("software", "Software", [_tabulate_versions(versions)] if versions else []),
    ]
    return Section("references", "References and software", sections=[s for s in sections if s])


def _tabulate_versions(versions):
    rows = tuple(
        cells.Row((cells.text(name), cells.text(version))) for name, version in versions.items()
    )
    columns = (cells.Column("Software", align="left"), cells.Column("Version", align="left"))
    table = cells.DisplayTable("versions", "Software used", columns, rows)
    return {"kind": "table", "table": table, "folded": "", "wide": False}
