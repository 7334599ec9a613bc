"""The report's section of one endpoint."""

from dataclasses import replace

from crlm.analyses.kaplan_meier.words import (
    tabulate_incidence,
    tabulate_pairs,
    tabulate_survival,
)
from crlm.analyses.missing_components import words
from crlm.analyses.missing_components.words import has_missing
from crlm.plan.models import UNIVARIABLE
from crlm.report import captions
from crlm.report.page import Section


def build_endpoint(page, name):
    """The Section of the endpoint `name` with its figures and tables, from a Page."""
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
        *_warn_competing(page, name, endpoint),
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


def _warn_competing(page, name, endpoint):
    """What must be known of absolute risks where other events compete."""
    if not endpoint["competing"] or f"performance_{name}_calibration" not in page.figures:
        return []
    return [{"kind": "text", "paragraphs": [captions.COMPETING]}]


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
        return [{"kind": "text", "paragraphs": [words.NOTHING_MISSING]}]
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
    for key, curve in page.plan["published_curves"].items():
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
