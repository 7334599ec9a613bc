"""What the plan's endpoints mean: which of their sources are deaths, which flags tell of a date, what the axes say."""

import re

PARTS = ("events", "competing", "censoring")
ENDING = ("overall_survival", "cancer_specific_survival")  # published endpoints that end with death


def complete_endpoints(endpoints, variables, columns, cohort, follow_up, problems):
    """Complete the resolved endpoints, and what the columns say of death, in place.

    Every source gets ``terminal`` (true for the patient's death, false for another event, None where a study's own variable
    does not say) and ``told_by`` (the mapped flags that say whether its date must be there). The endpoint gets
    ``origin_label``, ``time_label``, ``survival_label`` and what is plausible of its months (`follow_up`, the dictionary's
    facts on durations).
    """
    _complete_columns(endpoints, variables, columns)
    for name, endpoint in endpoints.items():
        place = f"endpoints.{name}"
        for part in PARTS:
            for source, spec in endpoint[part].items():
                endpoint[part][source] = _complete_source(spec, columns)
                if "data_lock" in spec:
                    _check_lock(f"{place}.{part}.{source}", endpoint, cohort, problems)
        if cohort["after_data_lock"] == "censor" and not endpoint["origin"]:
            problems.append(
                f"{place}: give origin, the date variable from which time counts, so that time can end at the data lock "
                "(cohort.after_data_lock)."
            )
        origin = _name_origin(endpoint, variables)
        endpoint["origin_label"] = origin
        endpoint["time_label"] = f"Months since {origin}"
        endpoint["survival_label"] = endpoint.get("survival_label") or _name_survival(endpoint)
        endpoint["plausible_median"] = follow_up["plausible_median"]
        endpoint["longest_months"] = follow_up["plausible"][1]
    if cohort["after_data_lock"] == "censor" and not cohort["data_lock"]:
        problems.append("cohort.after_data_lock: give data_lock, the day at which time ends.")


def _complete_columns(endpoints, variables, columns):
    """A variable of the study that makes the events of overall survival is a death; a flag of death tells of its date."""
    deaths = [
        (spec, name)
        for endpoint in endpoints.values()
        if endpoint["published_as"] in ENDING
        for part in ("events", "competing")
        for spec in endpoint[part].values()
        for name in [spec.get("flag") or spec.get("date")]
        if name in columns
    ]
    for _, name in deaths:
        if columns[name].get("terminal") is None:
            columns[name]["terminal"] = True
    dates = [spec["date"] for spec, name in deaths if spec.get("date") == name]
    for spec in columns.values():
        if (
            spec.get("terminal")
            and spec.get("flag_of")
            and spec["flag_of"] not in columns
            and dates
        ):
            spec["flag_of"] = dates[0]


def _complete_source(spec, columns):
    if "data_lock" in spec:
        return {**spec, "terminal": False, "told_by": []}
    names = [spec[key] for key in ("flag", "date") if key in spec]
    said = [columns.get(name, {}).get("terminal") for name in names]
    terminal = True if True in said else None if None in said else False
    flags = [
        name
        for name, column in columns.items()
        if "date" in spec and "flag" not in spec and column.get("flag_of") == spec["date"]
    ]
    return {**spec, "terminal": terminal, "told_by": flags}


def _check_lock(place, endpoint, cohort, problems):
    if not cohort["data_lock"]:
        problems.append(f"{place}: give cohort.data_lock, the day until which they were alive.")
    if not endpoint["origin"]:
        problems.append(f"{place}: give origin, the date variable from which time counts.")


def _name_origin(endpoint, variables):
    if endpoint.get("origin_label"):
        return endpoint["origin_label"]
    if endpoint["origin"] not in variables:
        return "resection"  # ASSUME durations of a cohort of resected metastases count from there
    spec = variables[endpoint["origin"]]
    label = re.sub(r"^(date|day) of (the )?", "", spec["label"], flags=re.IGNORECASE)
    plain = label[:1].lower() + label[1:] if label[1:2].islower() else label
    return spec.get("origin_label") or plain


def _name_survival(endpoint):
    """A share is not a time: `Time to recurrence` is an axis `Free of recurrence`."""
    return re.sub(
        r"^time (to|until) (the |a )?", "Free of ", endpoint["label"], flags=re.IGNORECASE
    )
