"""All tables of a study, in order and numbered: the same numbers in the report, in Word and in Excel."""

from dataclasses import replace

from crlm.analyses.added_value.words import (
    tabulate_added_value,
    tabulate_groups,
    tabulate_movement,
    tabulate_risk_groups,
)
from crlm.analyses.cox.words import (
    tabulate_cox,
    tabulate_fits,
    tabulate_proportional_hazards,
    tabulate_subgroups,
)
from crlm.analyses.cutoffs.words import (
    tabulate_best_cuts,
    tabulate_cutoff_levels,
    tabulate_cutoffs,
    tabulate_splines,
)
from crlm.analyses.description.words import (
    tabulate_attrition,
    tabulate_characteristics,
    tabulate_findings,
    tabulate_growth_patterns,
    tabulate_missingness,
)
from crlm.analyses.discordance.words import (
    tabulate_changes,
    tabulate_concordance,
    tabulate_lesion_hazards,
)
from crlm.analyses.kaplan_meier.words import (
    tabulate_follow_up,
    tabulate_incidence,
    tabulate_pairs,
    tabulate_survival,
)
from crlm.analyses.missing_components.words import tabulate_imputation, tabulate_missing_components
from crlm.analyses.performance.words import (
    tabulate_differences,
    tabulate_optimism,
    tabulate_performance,
)
from crlm.analyses.performance.words_calibration import tabulate_calibration, tabulate_decision
from crlm.analyses.published.words import (
    tabulate_published_expected,
    tabulate_published_survival,
)
from crlm.analyses.published_curves.words import (
    tabulate_reconstructed,
    tabulate_reconstructed_survival,
)
from crlm.analyses.scores.words import tabulate_agreement, tabulate_published, tabulate_scores
from crlm.display import cells


def build_tables(plan, results):
    """Return the DisplayTables of a study in the order of reading, numbered from 1; those without a row are left out.

    plan: the analysis plan. results: dict of result tables (DataFrames in the form of the files of the same name) with keys
    attrition, data_quality, table1, missingness, scores, score_status, score_agreement, score_agreement_summary,
    growth_patterns, with published curves of the plan reconstructed_points and reconstructed_groups, and
    `endpoints`: {endpoint: {curves, summary, landmarks, tests, incidence, cox, models, ph, subgroups}}.
    """
    tables = [*_tabulate_cohort(plan, results)]
    for name in plan["endpoints"]:
        tables += tabulate_endpoint(plan, results["endpoints"][name], name)
        tables += _tabulate_reconstructed(plan, results, name)
        tables += _tabulate_subgroups(plan, results["endpoints"][name], name)
    tables.append(tabulate_missingness(results["missingness"], plan["variables"]))
    tables.append(tabulate_findings(results["data_quality"]))
    tables = [cells.drop_empty(table) for table in tables if table]
    if plan["study"]["synthetic"]:
        tables = map(cells.tell_synthetic, tables)
    return [replace(table, number=str(place)) for place, table in enumerate(tables, 1)]


def _tabulate_cohort(plan, results):
    variables, groupings, scores = plan["variables"], plan["groupings"], plan["scores"]
    yield tabulate_attrition(results["attrition"], plan["endpoints"])
    described = results["table1"]["grouping"].unique()
    for name, grouping in groupings.items():
        if name in described:
            yield tabulate_characteristics(results["table1"], variables, name, grouping)
    summaries = {name: results["endpoints"][name]["summary"] for name in plan["endpoints"]}
    yield tabulate_follow_up(summaries, plan["endpoints"])
    yield tabulate_scores(results["score_status"], results["scores"], scores)
    yield tabulate_published({name: scores[name] for name in plan["scores_used"]})
    for name in results["score_agreement_summary"]["comparison"]:
        yield tabulate_agreement(
            results["score_agreement"], results["score_agreement_summary"], plan["labels"], name
        )
    yield tabulate_growth_patterns(results["growth_patterns"], plan["growth_patterns"])
    if "cutoff_levels" in results:
        yield tabulate_cutoff_levels(results["cutoff_levels"], plan["cutoffs"])
    if plan["discordance"]:
        found = {
            name: results[f"discordance_{name}"]
            for name in ("assessed", "concordance", "groups", "hazards")
        }
        lesions, rules = plan["discordance"], plan["growth_patterns"]
        yield tabulate_concordance(found["concordance"], found["assessed"], lesions, rules)
        yield tabulate_changes(found["groups"], lesions, rules)
        yield tabulate_lesion_hazards(found["hazards"], lesions, rules, plan["endpoints"])


def tabulate_endpoint(plan, result, name, groupings=None):
    """The tables of one endpoint, also those without a row; `groupings` restricts those of survival."""
    endpoint, variables, models = plan["endpoints"][name], plan["variables"], plan["models"]
    groupings = groupings or plan["groupings"]
    yield tabulate_survival(
        result["summary"], result["landmarks"], result["tests"], name, endpoint, groupings
    )
    yield tabulate_pairs(result["tests"], name, endpoint, groupings)
    yield tabulate_incidence(result["incidence"], result["curves"], name, endpoint, groupings)
    yield tabulate_cox(result["cox"], result["models"], name, endpoint, models, variables)
    yield tabulate_fits(result["models"], name, endpoint, models, variables)
    yield tabulate_proportional_hazards(result["ph"], name, endpoint, models, variables)
    labels = {key: spec["label"] for key, spec in plan["performance"].items()}
    if labels:
        yield tabulate_performance(result["performance"], name, endpoint, labels)
        yield tabulate_differences(result["differences"], name, endpoint, labels)
        yield tabulate_optimism(result["optimism"], name, endpoint, labels)
        yield tabulate_calibration(
            result["calibration"], result["optimism"], name, endpoint, labels
        )
        yield tabulate_decision(result["decision"], name, endpoint, labels)
    if plan["reclassification"]:
        yield tabulate_groups(result["reclassification"], name, endpoint, plan["reclassification"])
    if settings := plan["added_value"]:
        yield tabulate_added_value(result["added_value"], name, endpoint, settings)
        cells = result["added_value_reclassification"]
        yield tabulate_risk_groups(cells, name, endpoint, settings)
        yield tabulate_movement(result["movement"], name, endpoint, settings)
    if "cutoffs" in result:
        yield tabulate_cutoffs(result["cutoffs"], name, endpoint, plan["cutoffs"])
        yield tabulate_best_cuts(result["maxstat"], name, endpoint, plan["cutoffs"])
        yield tabulate_splines(result["spline_tests"], name, endpoint, plan["cutoffs"])
    if plan["missing_components"]:
        labels = {key: spec["label"] for key, spec in plan["missing_components"]["scores"].items()}
        estimates, imputation = result["missing_components"], result["imputation"]
        yield tabulate_missing_components(estimates, name, endpoint, labels)
        yield tabulate_imputation(imputation, name, endpoint, variables)
    if "published" in result:
        yield tabulate_published_expected(
            result["published_expected"], name, plan["endpoints"], plan["scores"]
        )
        yield tabulate_published_survival(
            result["published"], name, plan["endpoints"], plan["scores"]
        )


def _tabulate_reconstructed(plan, results, name):
    """The tables of the published curves that the plan compares with one endpoint."""
    if not plan["published_curves"]:
        return
    points, groups = results["reconstructed_points"], results["reconstructed_groups"]
    specs = (name, plan["endpoints"], plan["published_curves"], plan["groupings"])
    yield tabulate_reconstructed(groups, *specs)
    yield tabulate_reconstructed_survival(points, groups, *specs)


def _tabulate_subgroups(plan, result, name):
    endpoint, variables = plan["endpoints"][name], plan["variables"]
    for key, analysis in plan["subgroups"].items():
        yield tabulate_subgroups(result["subgroups"], name, endpoint, key, analysis, variables)
