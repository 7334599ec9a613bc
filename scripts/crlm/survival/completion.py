"""Patients with their imputed values, and what follows from these."""

from crlm.cohort.derivation import derive_variables
from crlm.plan.variables import list_inputs
from crlm.scores.engine import compute_score
from crlm.survival.imputation import replace_values


def complete_patients(patients, table, derived):
    """The patients with the variables of an imputed table and what follows from these."""
    computed = [name for name, spec in derived.items() if "computed" in spec]
    made = [f"{name}{end}" for name in computed for end in ("", "_lower", "_upper")]
    patients = patients.drop(columns=[name for name in made if name in patients])
    rules = {name: spec["derive"] for name, spec in derived.items() if name not in computed}
    inputs = [list_inputs(rule) for each in rules.values() for rule in each]
    inputs += [spec["formula"]["of"] for spec in derived.values() if spec.get("formula")]
    # what the patients bring has only a name here, for findings that nobody reads again
    variables = {name: {"label": name} for each in inputs for name in each} | derived
    return derive_variables(replace_values(patients, table), rules, variables)[0]


def compute_scores_again(patients, scores, cohort):
    """The completed patients with the points and groups of {name: score} that are columns of the cohort."""
    made = {}
    for name, score in scores.items():
        found = compute_score(patients, score)
        made |= {name: found["value"], f"{name}_group": found["group"]}
    return patients.assign(**{name: column for name, column in made.items() if name in cohort})
