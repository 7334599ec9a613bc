"""Made-up cut-offs and lesions of the small study of display_inputs.py."""

LABEL = "<b>Marker</b> & $x$"

CUTOFF = {
    "label": LABEL,
    "spec": {"kind": "continuous", "unit": "kg", "per": 5, "transform": "none", "label": LABEL},
    "by": "flag",
    "by_label": "Flag",
    "by_levels": ["no", "yes"],
    "by_level_labels": {"no": "No", "yes": "Yes"},
    "search_percent": [10, 90],
    "minimum_events": 5,
    "reference": 50,
    "cuts": [{"operator": ">=", "value": 60, "source": "Doe 2001", "evidence": "recalled"}],
    "means": [
        {"source": "Doe 2001", "patients": 90, "levels": {"no": 40, "yes": 63}, "evidence": "read"}
    ],
}
CUTOFFS = """
variable analysis level operator cut patients_below events_below patients_above events_above hazard_ratio lower upper p_value p_corrected harrell_c harrell_c_lower harrell_c_upper interaction_p_value source evidence note
weight unstratified - >= 55 50 30 50 30 0.9 0.7 1.2 0.4 0.9 0.51 0.45 0.57 - - - -
weight unstratified - >= 60 60 40 40 20 0.8 0.6 1.1 0.031 0.321 0.55 0.5 0.6 - Doe_2001 recalled -
weight stratified - >= 60 60 40 40 20 0.7 0.5 1.1 0.0321 - 0.56 0.5 0.6 0.0456 Doe_2001 recalled -
weight within no >= 60 30 20 20 10 0.7 0.5 1.1 0.1 0.4 0.56 0.5 0.6 - Doe_2001 recalled -
weight within yes >= 60 30 20 20 3 - - - - - - - - - Doe_2001 recalled few_events
"""
MAXSTAT = """
variable analysis level patients events cuts lowest highest operator cut statistic p_uncorrected p_corrected permutations note
weight unstratified - 100 60 40 10 90 >= 72.5 2.512 0.012 0.1234 200 -
weight within yes 50 4 0 10 90 - - - - - - few_events
"""
SPLINE_TESTS = """
variable analysis level patients events missing per hazard_ratio lower upper p_linear knots reference_value df statistic p_overall nonlinear_statistic p_nonlinear interaction_linear_p interaction_spline_p note
weight unstratified - 100 60 3 5 0.95 0.9 1 0.04 50;60;70;80 50 3 8 0.047 4 0.135 - - -
weight stratified - 100 60 3 5 0.94 0.9 1 0.03 50;60;70;80 50 3 9 0.029 4 0.135 0.61 0.72 -
weight within yes 50 4 1 5 - - - - - 50 - - - - - - - few_events
"""
CUTOFF_LEVELS = """
variable by level patients missing mean sd median q1 q3 difference lower upper p_value
weight flag - 100 3 60.5 10.2 60 50 70 - - - -
weight flag no 50 1 50.5 10.2 50 40 60 - - - -
weight flag yes 50 2 74.25 10.2 75 65 85 23.75 19.5 28 0.0001
"""
DISCORDANCE = {
    "patterns": ["share"],
    "worst": {"variable": "share", "which": "lowest", "label": LABEL},
    "by": "flag",
    "by_label": "Flag",
    "by_levels": ["no", "yes"],
    "by_level_labels": {"no": "No", "yes": "Yes"},
    "labels": {"mean": "Mean over all lesions", "random": "One lesion at random"},
    "published": [
        {
            "comparison": "lesions",
            "percent": 90,
            "number": 363,
            "source": "Roe 2002",
            "evidence": "read",
        }
    ],
}
ASSESSED = """
lesions patients blocks
1 2 5
2 2 7
"""
CONCORDANCE = """
rule comparison level units undetermined pairs concordant percent lower upper discordant_units
rule lesions - 2 1 2 1 50 0 100 1
rule lesions no 1 0 1 1 100 - - 0
rule lesions yes 1 1 1 0 0 - - 1
rule blocks - 3 0 9 8 88.888888888888886 70 100 1
rule blocks no 2 0 6 6 100 100 100 0
rule blocks yes 1 0 3 2 66.666666666666671 - - 1
"""
GROUPS = """
rule summary mean_group group patients
rule random a a 2.5
rule random a b 0.5
rule random - b 1
"""
HAZARDS = """
endpoint rule summary analysis level reference patients events hazard_ratio lower upper p_value note
alpha rule mean unstratified b a 90 40 1.4142 0.9 2.2 0.1234 -
alpha rule mean stratified b a 88 39 1.5 0.95 2.3 0.0567 -
alpha rule random unstratified b a 90 40 1.31 0.9 1.9 - mean_of_100_draws
alpha rule random stratified b a 88 39 - - - - few_events
"""
ENDPOINT = {"cutoffs": CUTOFFS, "maxstat": MAXSTAT, "spline_tests": SPLINE_TESTS}
COHORT = {
    "cutoff_levels": CUTOFF_LEVELS,
    "discordance_assessed": ASSESSED,
    "discordance_concordance": CONCORDANCE,
    "discordance_groups": GROUPS,
    "discordance_hazards": HAZARDS,
}
