"""Survival analysis of resected colorectal liver metastases: from a hospital's export to the report."""

from snakemake.utils import min_version

min_version("9.20")


include: "workflow/rules/state.smk"
include: "workflow/rules/syntax.smk"


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/published_curves.smk"
include: "workflow/rules/cohort.smk"
include: "workflow/rules/scores.smk"
include: "workflow/rules/description.smk"
include: "workflow/rules/associations.smk"
include: "workflow/rules/published.smk"
include: "workflow/rules/kaplan_meier.smk"
include: "workflow/rules/restricted_mean.smk"
include: "workflow/rules/recurrence.smk"
include: "workflow/rules/adjusted_curves.smk"
include: "workflow/rules/conditional_survival.smk"
include: "workflow/rules/cure.smk"
include: "workflow/rules/disease_states.smk"
include: "workflow/rules/repeat_resection.smk"
include: "workflow/rules/cox.smk"
include: "workflow/rules/nonproportional.smk"
include: "workflow/rules/interactions.smk"
include: "workflow/rules/imputed_models.smk"
include: "workflow/rules/sensitivity_models.smk"
include: "workflow/rules/pattern_hazards.smk"
include: "workflow/rules/cutoffs.smk"
include: "workflow/rules/discordance.smk"
include: "workflow/rules/performance.smk"
include: "workflow/rules/added_value.smk"
include: "workflow/rules/panel.smk"
include: "workflow/rules/missing_components.smk"
include: "workflow/rules/cross_check.smk"
include: "workflow/rules/combined.smk"
include: "workflow/rules/calculator.smk"
include: "workflow/rules/practice.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/manuscript.smk"


check_files()


rule all:
    default_target: True
    input:
        "results/report.html",
        "results/tables",
        *rules.ingest_cohort.input,
        list_changed(),


onstart:
    begin_jobs()
    say_what_is_replaced()


onsuccess:
    record_results()
    say_where_the_report_is()


onerror:
    record_results()
    say_what_failed()
