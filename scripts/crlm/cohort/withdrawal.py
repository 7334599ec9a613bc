"""Patients who withdrew their consent leave before anything about them is stored."""

from crlm.cohort.attrition import exclude_patients
from crlm.cohort.conversion import convert_table
from crlm.cohort.derivation import derive_variables
from crlm.cohort.findings import build_finding


def drop_withdrawn(raw, blocks, plan, findings):
    """Return the cells of the export and of the table of blocks, and the findings of reading, without the patients who withdrew.

    raw, blocks, findings, plan: as `ingest_cohort` takes them. Also returned: how many left by each exclusion that is marked
    `withdrawn` ({name: patients}), and a finding for each identifier that the export does not have.
    """
    marked = {k: v for k, v in plan["cohort"]["exclusions"].items() if v.get("withdrawn")}
    if not marked:
        return raw, blocks, findings, {}, []
    cohort, _ = convert_table(raw, plan["columns"], plan["cohort"])
    unknown = find_unknown(cohort, marked)
    if any("variable" in rule for rule in marked.values()):
        cohort, _ = derive_variables(cohort, plan["derivations"], plan["variables"])
    counts, left = {}, cohort
    for name, rule in marked.items():
        before = left
        left, _ = exclude_patients(left, {name: rule})
        counts[name] = len(before) - len(left)
    ids = set(cohort["patient_id"]) - set(left["patient_id"])
    rows = set(cohort.index) - set(left.index)
    column = plan["blocks"]["columns"]["patient_id"]["column"] if plan["blocks"] else None
    if blocks is not None and column in blocks:
        held = blocks[column].map(lambda cell: str(cell).strip())
        blocks = blocks[~held.isin(list(ids))]
    findings = [f for f in findings if f["row"] not in rows and f["patient_id"] not in ids]
    return raw[~raw.index.isin(list(rows))], blocks, findings, counts, unknown


def find_unknown(cohort, exclusions):
    """Return a finding for each patient who is to be left out and is not there: probably mistyped, and would be analysed."""
    known = set(cohort["patient_id"])
    return [
        build_finding(
            "error",
            "unknown_patient",
            f"the plan leaves out patient '{patient}' ({rule['label']}), who is not in the export.",
            f"Correct the identifier under cohort.exclusions.{name}, or take it out.",
            value=patient,
        )
        for name, rule in exclusions.items()
        for patient in rule.get("patients", [])
        if patient not in known
    ]
