"""How a table with one row per event is read: its columns, and to which state each kind of event leads."""

from crlm.plan.days import check_date_format
from crlm.plan.files import check_file
from crlm.plan.schema import nearest
from crlm.plan.text import fold_name
from crlm.plan.variables import as_text, resolve_column

NO_STATE = (
    "(none)"  # the level of a kind of event that leads to no state; no name of a state has brackets
)


def resolve_events(settings, states, earliest, place, problems):
    """Return the block with its columns as a cohort's are resolved, and `into`, the states of its events; None without a table.

    states: names of the states; earliest: the first day that a date of the study may have.
    """
    if settings is None:
        return None
    check_file(settings, place, problems)
    check_date_format(settings["date_format"], place, problems)
    meant = {}
    for kind, state in settings.get("states", {}).items():
        if state is not None and state not in states:
            problems.append(f"{place}.states: {state} is no state.{nearest(state, states)}")
        meant[as_text(kind)] = NO_STATE if state is None else state
    if not meant:
        meant = {name: name for name in states}
    levels = list(dict.fromkeys([*states, NO_STATE, *meant.values()]))
    common = {"timing": "follow_up", "transform": "none", "level_labels": {}}
    variables = {
        "date": {**common, "label": "Date of the event", "kind": "date", "levels": []},
        "event": {**common, "label": "Event", "kind": "categorical", "levels": levels},
    }
    variables["date"]["earliest"] = earliest
    columns = {"patient_id": {"column": fold_name(settings["columns"]["patient_id"])}}
    for name in variables:
        entry = {"column": settings["columns"][name]}
        entry |= {"values": meant} if name == "event" else {}
        columns[name] = resolve_column(place, name, entry, variables, {}, problems)
    into = [state for state in dict.fromkeys(meant.values()) if state != NO_STATE]
    return {**settings, "columns": columns, "into": into}
