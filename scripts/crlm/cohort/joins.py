"""Further tables joined to the cohort by identifier; who is not found in the other table is named."""

import pandas as pd

from crlm.cohort.findings import build_finding


def join_table(cohort, keys, joined, columns, name, same=str):
    """Return the cohort with the variables of a further table, and the findings.

    Parameters
    ----------
    cohort : typed, one row per patient
    keys : identifier of each row of the cohort in the other table, index as in `cohort`
    joined : typed, one row per identifier (`patient_id`); doubled ones are a finding already, the first counts
    columns : how the columns of `joined` are read
    name : words for the table
    same : gives two spellings of one identifier the same text
    """
    theirs = joined["patient_id"].map(same)
    own = keys.map(same)
    table = joined[(theirs != "") & ~theirs.duplicated()]
    table = table.set_axis(theirs.loc[table.index].to_numpy())
    findings = _tell_unmatched(own, joined["patient_id"], theirs, columns, name)
    matched = own.isin(table.index)
    added = table.drop(columns="patient_id").reindex(own.to_numpy()).set_axis(cohort.index)
    for variable, spec in columns.items():
        if spec.get("if_no_row") is not None and variable in added:
            added[variable] = added[variable].mask(~matched, spec["if_no_row"])
    return pd.concat([cohort, added], axis=1), findings


def _tell_unmatched(own, written, theirs, columns, name):
    column = columns["patient_id"]["column"]
    known = theirs[theirs != ""]
    if known.empty:
        return []
    strangers = known[~known.isin(own)]
    alone = own[~own.isin(known)]
    if len(strangers) == len(known):
        examples = f"{_name_some(written.loc[known.index])} there, {_name_some(own)} in the cohort"
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
                f"{name}: {strangers.nunique()} of {known.nunique()} identifiers are not in the cohort "
                f"({_name_some(written.loc[strangers.index].unique())}); their rows are not used.",
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
                f"{name}: {len(alone)} of {len(own)} patients of the cohort have no row there ({_name_some(alone)}); "
                "what the table brings is unknown for them, unless `if_no_row` says otherwise.",
                "Check these identifiers.",
                column=column,
            )
        )
    return findings


def _name_some(names, most=5):
    shown = ", ".join(map(str, list(names)[:most]))
    return shown + (" ..." if len(names) > most else "")
