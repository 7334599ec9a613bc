"""The methods in sentences, from the plan: every analytic choice with its value in this study."""

from crlm.analyses import order
from crlm.display import formats, keys, privacy
from crlm.plan import phrases
from crlm.plan.variables import as_text
from crlm.report.versions import tell_software

MONTH = "30.4375 days"
COHORT, ENDPOINTS, SOFTWARE = "Patients and data", "Endpoints", "Software"


def build_methods(plan, results, software, keyed=False):
    """Return the methods as a list of (heading, [paragraphs]) in the order of reading.

    plan: the analysis plan; results: the result tables as `tables.build_tables` takes them; software: as
    `versions.list_software` gives it. Each analysis tells its own choices; what several say under one heading stands together.
    keyed: numbers of the run stay marked with their keys (`keys.split`).
    """
    parts = {COHORT: _tell_cohort(plan, results), ENDPOINTS: _tell_endpoints(plan, results)}
    for words in order.load("words").values():
        if hasattr(words, "tell_methods"):
            for heading, paragraphs in words.tell_methods(plan, results):
                parts.setdefault(heading, []).extend(paragraphs)
    twice = results["cross_check"]["difference"].notna().any()
    parts[SOFTWARE] = [tell_software(software, bool(twice))]
    if keyed:
        return [(heading, paragraphs) for heading, paragraphs in parts.items() if paragraphs]
    parts = {h: [keys.strip(p) for p in texts] for h, texts in parts.items()}
    if least := plan["output"]["privacy"]["small_cells"]:
        parts = {h: [privacy.hide_words(p, least) for p in texts] for h, texts in parts.items()}
    said = parts.pop(SOFTWARE)  # versions are no numbers
    parts = {heading: list(map(formats.finish, texts)) for heading, texts in parts.items()}
    parts[SOFTWARE] = said
    return [(heading, paragraphs) for heading, paragraphs in parts.items() if paragraphs]


def list_main_headings(plan, results):
    """The headings that the main text needs: the cohort, the endpoints, the software, and the analyses that stand in it."""
    headings = [COHORT, ENDPOINTS]
    for words in order.load("words").values():
        if hasattr(words, "show_main") and hasattr(words, "tell_methods"):
            headings += [heading for heading, _ in words.tell_methods(plan, results)]
    return [*headings, SOFTWARE]


def _tell_cohort(plan, results):
    cohort, findings = plan["cohort"], results["data_quality"]
    steps = results["attrition"]
    steps = steps[steps["endpoint"].isna()]
    rows, analysed = steps["remaining"].iloc[0], steps["remaining"].iloc[-1]
    told = keys.mark(rows, "patients_export")
    held = f"The export held {told} {phrases.decline(rows, 'row')}, one per patient{_tell_sources(plan['sources'])}; "
    least = plan["output"]["privacy"]["small_cells"] or 1
    if steps["excluded"].between(1, least - 1).any():
        held = ""  # or so few would follow from it
    told = keys.mark(analysed, "patients")
    done = f"{told} patients were analysed." if analysed != 1 else f"{told} patient was analysed."
    sentences = [held + done]
    reasons = [
        f"{row.label} ({f'<{least}' if row.excluded < least else row.excluded})"
        for row in steps.iloc[1:-1].itertuples()
        if row.excluded
    ]
    if reasons:
        sentences.append(f"Left out by the analysis plan: {'; '.join(reasons)}.")
    if cohort["data_lock"]:
        cut = cohort.get("after_data_lock") == "censor"
        later = "; what happened after it is no event, and those patients are censored there"
        sentences.append(f"Data lock: {cohort['data_lock']}{later if cut else ''}.")
    if len(findings):
        sentences.append(
            "The data were checked against a dictionary of types, units, ranges and the order of dates; an error stops the "
            "analysis, warnings are listed with the data quality."
        )
    proxies = {
        name: spec["note"]
        for name, spec in plan["variables"].items()
        if spec["note"] and "score" not in spec and name not in plan["growth_patterns"]
    }
    sentences += [
        f"{plan['variables'][name]['label']}: {note.strip(' .')}." for name, note in proxies.items()
    ]
    sentences += [*_tell_derivations(plan), *_tell_limits(plan["columns"])]
    return [" ".join(sentences)]


def _tell_derivations(plan):
    """A sentence per variable that follows from others where it was not recorded itself."""
    for name, rules in plan["derivations"].items():
        label = plan["variables"][name]["label"]
        ways = [_tell_rule(name, each, plan) for each in rules]
        yield f"{label}, where not recorded: {ways[0]}."
        for way in ways[1:]:
            yield f"Where that is not known, {way}."


def _tell_rule(name, rule, plan):
    variables = plan["variables"]
    labels = plan["labels"] | {each: spec["label"] for each, spec in variables.items()}

    def show(variable, value):
        return variables.get(variable, {}).get("level_labels", {}).get(as_text(value), value)

    if "months_between" in rule:
        first, last = (labels[each] for each in rule["months_between"])
        if "not_below" in rule:
            return f"months from {first} to {last}, at least {rule['not_below']:g}"
        return f"months from {first} to {last}"
    if "share_of" in rule:
        source = rule["variable"]
        return f"100 where {labels[source]} is {show(source, rule['share_of'])}, otherwise 0"
    if "when" in rule:
        test = rule["when"]
        answer = show(test["variable"], test["value"])
        return f"{show(name, rule['value'])} where {labels[test['variable']]} is {answer}"
    source, answer = labels[rule["variable"]], show(rule["variable"], rule["value"])
    return {
        "==": f"yes where {source} is {answer}",
        ">=": f"yes where {source} ≥ {answer}",
        "<=": f"yes where {source} ≤ {answer}",
        ">": f"yes where {source} > {answer}",
        "<": f"yes where {source} < {answer}",
    }[rule["operator"]]


def _tell_limits(columns):
    """What is taken of entries beyond a limit, such as <0.5."""
    for kind, words in {"half": "half the lower limit", "limit": "the limit itself"}.items():
        found = [each["label"] for each in columns.values() if each.get("censored") == kind]
        if found:
            yield (
                f"Entries such as <0.5 are taken as {words}, in scores and imputation as the range that they are: "
                f"{phrases.join_words(found)}."
            )


def _tell_sources(tables):
    """How one row per patient came about, when it was not in one file already."""
    sources = [table for table in tables if "by" not in table]
    parts = []
    if len(sources) > 1:
        parts.append(f"from {len(sources)} files or sheets")
    if tables[len(sources) :]:
        joined = phrases.plural(len(tables) - len(sources), "further table")
        parts.append(f"with {joined} joined by identifier")
    keep = sources[0]["rows"]["keep"]
    if keep == "fold":
        parts.append("after the rows of a patient had been brought together by declared rules")
    elif keep != "error":
        kept = {"complete": "most complete"}.get(keep, keep)
        parts.append(f"the {kept} one where a patient had several")
    return f" ({', '.join(parts)})" if parts else ""


def _tell_endpoints(plan, results):
    sentences = [
        f"Time is in months of {MONTH}; the first event counts, and without one the last date known to be free of it."
    ]
    for spec in plan["endpoints"].values():
        sentences.append(_tell_endpoint(spec, plan["labels"]))
    findings, zero = results["data_quality"], plan["cohort"]["zero_time"]
    touched = findings.loc[findings["rule"] == "zero_time", "patient_id"].nunique()
    done = "is counted as half a day" if zero == "half_day" else "is left out of the endpoint"
    sentences.append(
        f"A follow-up of 0 days {done}; this concerned {phrases.plural(touched, 'patient')} in the export."
        if touched
        else f"A follow-up of 0 days {done}; nobody had one in the export."
    )
    if plan["cohort"]["missing_time"] == "exclude":
        sentences.append(
            "A patient whose follow-up time or event status is not known is left out of the endpoint."
        )
    return sentences


def _tell_endpoint(spec, labels):
    def name(sources, last):
        return phrases.join_words(map(phrases.to_words, sources), last)

    origin = spec.get("origin")
    words = f"{spec['label']} ({spec['abbreviation']}): "
    if origin:
        words += f"from the date of {labels.get(origin, phrases.to_words(origin))}; "
    elif spec.get("origin_label"):
        words += f"as recorded in durations, taken to count from {spec['origin_label']}; "
    words += f"event: {name(spec['events'], 'or')}"
    words += ", whichever came first" if len(spec["events"]) > 1 else ""
    if spec["competing"]:
        words += f"; ended without an event by {name(spec['competing'], 'or')}"
    locks = [each for each, source in spec["censoring"].items() if "data_lock" in source]
    last = [each for each in spec["censoring"] if each not in locks]
    words += f"; censored at {name(last, 'or') if last else 'the data lock'}"
    words += ", whichever is latest" if len(last) > 1 else ""
    if last and locks:
        words += "; whoever has no such date is taken to have been alive and free of the event at the data lock"
    if spec["horizon_months"]:
        words += f"; events after {spec['horizon_months']:g} months are not counted"
    return words + "."
