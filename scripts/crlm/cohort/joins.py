"""Further tables joined to the cohort by identifier; who is not found in the other table is named."""

import pandas as pd

from crlm.cohort.findings import build_finding
from crlm.cohort.identifiers import IGNORED, find_shift, strip_zeros, tell_shift


def join_table(cohort, keys, joined, columns, name):
    """Return the cohort with the variables of a further table, and the findings.

    Parameters
    ----------
    cohort : typed, one row per patient
    keys : identifier of each row of the cohort in the other table, index as in `cohort`
    joined : typed, one row per identifier (`patient_id`); doubled ones are a finding already, the first counts
    columns : how the columns of `joined` are read
    name : words for the table

    Identifiers that meet only when spelled alike are an error: the values would be missing in these patients without a word.
    """
    theirs = joined["patient_id"]
    table = joined[(theirs != "") & ~theirs.duplicated()].set_index("patient_id")
    findings = _tell_unmatched(keys, theirs, columns, name)
    matched = keys.isin(table.index)
    added = table.reindex(keys.to_numpy()).set_axis(cohort.index)
    for variable, spec in columns.items():
        if spec.get("if_no_row") is not None and variable in added:
            added[variable] = added[variable].mask(~matched, spec["if_no_row"])
    return pd.concat([cohort, added], axis=1), findings


def _tell_unmatched(own, theirs, columns, name):
    column = columns["patient_id"]["column"]
    known = theirs[theirs != ""]
    if known.empty:
        return []
    shift = find_shift(known, own)
    if shift is not None:
        return [tell_shift(shift, column, f"{name}: ")]
    strangers = known[~known.isin(own)]
    alone = own[~own.isin(known)]
    loose = {strip_zeros(each): each for each in sorted(set(alone) - {""})}
    alike = strangers[strangers.map(strip_zeros).isin(loose)]
    if len(alike):
        there, here = alike.iloc[0], loose[strip_zeros(alike.iloc[0])]
        return [
            build_finding(
                "error",
                "similar_identifier",
                f"{name}: in the cohort only when {IGNORED} are ignored: {alike.nunique()} of {known.nunique()} identifiers "
                f"('{there}' there, '{here}' in the cohort).",
                "Write the identifiers alike in both; a spreadsheet keeps zeros in front when the column is formatted as text.",
                row=alike.index[0],
                column=column,
                value=there,
            )
        ]
    if len(strangers) == len(known):
        examples = f"{_name_some(known)} there, {_name_some(own)} in the cohort"
        return [
            build_finding(
                "error",
                "no_identifier_matches",
                f"{name}: none of the {known.nunique()} identifiers is one of the cohort's ({examples}).",
                "Check `by` and `to`, and how the identifiers are written.",
                column=column,
            )
        ]
    findings = []
    if len(strangers):
        findings.append(
            build_finding(
                "warning",
                "unknown_patient",
                f"{name}: not in the cohort, and not used: {strangers.nunique()} of {known.nunique()} identifiers "
                f"({_name_some(strangers.unique())}).",
                "Check these identifiers.",
                row=strangers.index[0] if len(strangers) == 1 else None,
                column=column,
            )
        )
    if len(alone):
        findings.append(
            build_finding(
                "warning",
                "not_in_joined_table",
                f"{name}: without a row there: {len(alone)} of {len(own)} patients of the cohort ({_name_some(alone)}); what the "
                "table brings is unknown then, unless `if_no_row` says otherwise.",
                "Check these identifiers.",
                column=column,
            )
        )
    return findings


def _name_some(names, most=5):
    shown = ", ".join(map(str, list(names)[:most]))
    return shown + (" ..." if len(names) > most else "")
