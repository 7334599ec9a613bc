"""The main model in a sentence: the comparison after adjustment, or what the model holds; and what limits it."""

from crlm.display import findings, formats
from crlm.display.hazard_ratios import label_contrast, label_variable
from crlm.display.keys import make_key, mark, name_term
from crlm.display.sections import Answer
from crlm.plan import phrases
from crlm.plan.models import UNIVARIABLE
from crlm.plan.variables import NUMBER_KINDS

EVENTS_PER_PARAMETER = 10  # fewer are told
LEFT_OUT = 20  # per cent of the patients from which it is told


def answer(plan, results):
    """A sentence per endpoint, the main one first: the adjusted hazard ratios of the main comparison."""
    main = plan["main"]
    model, grouping = plan["models"].get(main["model"]), plan["groupings"].get(main["grouping"])
    if not model or not grouping:
        return
    compared = [name for name in grouping["variables"] if name in model["variables"]]
    adjusted = _tell_adjustment(plan, model, compared)
    for name in main["endpoints"] if compared else []:
        result = results["endpoints"][name]
        rows = result["cox"][result["cox"]["model"] == main["model"]]
        fit = result["models"][result["models"]["model"] == main["model"]]
        rows = rows[rows["variable"].isin(compared) & rows["hazard_ratio"].notna()]
        rows = rows[rows["level"].isna() | (rows["level"] != rows["reference"])]
        if rows.empty or fit.empty:
            continue
        parts = [
            _tell_ratio(row, plan["variables"][row["variable"]], name) for _, row in rows.iterrows()
        ]
        told = {}
        for what in ("events", "patients"):
            count, key = int(fit[what].iloc[0]), make_key(name, "hr", what, main["model"])
            told[what] = f"{mark(count, key)} {phrases.decline(count, what[:-1])}"
        counts = f"{told['events']} in {told['patients']}"
        if 0 < fit["missing"].iloc[0] < (plan["output"]["privacy"]["small_cells"] or 0):
            counts = told["events"]  # the few left out would follow from everybody
        label = plan["endpoints"][name]["label"]
        words = f"{label}{adjusted} ({counts}): hazard ratio {'; '.join(parts)}."
        words = f"{words} {_hedge(fit, result['ph'], main['model'], compared, plan)}".strip()
        yield Answer(words, f"forest_{name}_{main['model']}", f"main_cox_{name}")
        adjusted = ", adjusted likewise" if adjusted else ""


def describe_figures(plan, results):
    """What is found in every forest, how the tests of proportional hazards came out, and what the splines show."""
    for name, endpoint in plan["endpoints"].items():
        result, alone = results["endpoints"][name], {**plan["main"], "endpoints": [name]}
        answers = {each.figure: each.text for each in answer({**plan, "main": alone}, results)}
        known = result["cox"]
        known = known[known["p_value"].notna() & known["hazard_ratio"].notna()]
        for key, rows in known[known["model"].isin(list(plan["models"]))].groupby("model"):
            first = rows.loc[rows["p_value"].idxmin()]
            spec = plan["variables"][first["variable"]]
            clear = int((rows["p_value"] < formats.LEVEL).sum())
            words = (
                f"{endpoint['label']}, {plan['models'][key]['label']}: {clear} of {phrases.plural(len(rows), 'hazard ratio')} "
                f"{'has' if clear == 1 else 'have'} p below {formats.LEVEL:g}, not adjusted for their number. The smallest p, "
                f"{spec['label']}: hazard ratio {_tell_ratio(first, spec, name)}."
            )
            figure = f"forest_{name}_{key}"
            yield Answer(f"{answers.get(figure, '')} {words}".strip(), figure)
        for key, model in plan["models"].items():
            label = f"{endpoint['label']}, {model['label']}"
            if words := _tell_tests(plan, result["ph"], key):
                yield Answer(f"{label}: {words}.", f"proportional_hazards_{name}_{key}")
            if words := _tell_splines(plan, result, key):
                yield Answer(f"{label}: {words}.", f"splines_{name}_{key}")


def _tell_tests(plan, tests, key):
    """How many tests of proportional hazards are small, the smallest of them, and the global one."""
    mine = tests[(tests["model"] == key) & tests["p_value"].notna()]
    terms, whole = mine[mine["term"] != "GLOBAL"], mine[mine["term"] == "GLOBAL"]
    if terms.empty:
        return ""
    first = terms.loc[terms["p_value"].idxmin()]
    label = label_variable(first["term"], plan["variables"])
    words = (
        f"{findings.count_clear(terms['p_value'], 'of proportional hazards')}, "
        f"{'' if len(terms) == 1 else 'the smallest '}that of {label}, {formats.state_p(first['p_value'])}"
    )
    return words + "".join(f"; global test, {formats.state_p(p)}" for p in whole["p_value"].head(1))


def _tell_splines(plan, result, key):
    """Of every spline the test of the variable and of its departure from a straight line."""
    terms = result.get("spline_terms")
    mine = terms[terms["model"] == key] if terms is not None and len(terms) else []
    return "; ".join(
        f"{label_variable(row.variable, plan['variables'])}, {formats.state_p(row.p_value)}, departure from a straight line "
        f"{formats.state_p(row.nonlinear_p_value)}"
        for row in (mine.itertuples() if len(mine) else ())
        if not formats.is_missing(row.p_value)
    )


def _tell_adjustment(plan, model, compared):
    labels = {key: spec["label"] for key, spec in plan["variables"].items()}
    others = phrases.join_words(labels[each] for each in model["variables"] if each not in compared)
    strata = phrases.join_words(labels[each] for each in model["strata"])
    words = f", adjusted for {others}" if others else ""
    return f"{words}{', stratified by ' if strata else ''}{strata}"


def _tell_ratio(row, spec, endpoint):
    terms = row["model"], row["variable"], row["level"]
    estimate = formats.format_interval(
        *(row[key] for key in ("hazard_ratio", "lower", "upper")), formats.format_ratio
    )
    if isinstance(row["level"], str) and spec["kind"] in NUMBER_KINDS:
        what = f" of {spec['label']}, {label_contrast(row['level'], spec)}"
    elif isinstance(row["level"], str):
        labels = spec.get("level_labels", {})
        levels = [labels.get(row[key], row[key]) for key in ("level", "reference")]
        what = f" of {levels[0]} against {levels[1]}"
    else:
        step = formats.describe_step(spec)
        what = f" of {spec['label']}, {step}" if step else f" of {spec['label']}"
    p = mark(formats.state_p(row["p_value"]), name_term(endpoint, "hr_p", *terms))
    return f"{mark(estimate, name_term(endpoint, 'hr', *terms))}{what}, {p}"


def tell_support(fit, plan):
    """Events per parameter of a model; `<5` where it has fewer events, which would follow from its parameters."""
    least = plan["output"]["privacy"]["small_cells"] or 0
    if 0 < fit["events"] < least:
        return f"<{least}"
    return formats.format_number(fit["events_per_parameter"])


def _hedge(fit, tests, model, compared, plan):
    words = []
    events = fit["events_per_parameter"].iloc[0]
    if events < EVENTS_PER_PARAMETER:
        words.append(
            f"Only {tell_support(fit.iloc[0], plan)} events per parameter: the estimates may be far from the truth."
        )
    tests = tests[(tests["model"] == model) & tests["term"].isin(compared)]
    if (tests["p_value"] < formats.LEVEL).any():
        words.append(
            f"Proportional hazards are doubtful ({formats.state_p(tests['p_value'].min())}): the ratio is an average over time."
        )
    return " ".join(words)


def list_limits(plan, results):
    """Models with few events per parameter, many patients left out, or hazards that are not proportional; alike ones once."""
    found = {}
    for model in plan["models"]:
        for name, endpoint in plan["endpoints"].items() if model != UNIVARIABLE else ():
            for words in _limit(plan, results["endpoints"][name], model):
                found.setdefault((model, words), []).append(endpoint["label"])
    for (model, words), endpoints in found.items():
        where = "" if len(endpoints) == len(plan["endpoints"]) else f" ({', '.join(endpoints)})"
        yield f"{plan['models'][model]['label']}{where}: {words}."


def _limit(plan, result, model):
    """What limits one model for one endpoint, in words."""
    fits, tests = result["models"], result["ph"]
    for _, fit in fits[fits["model"] == model].head(1).iterrows():
        if fit["events_per_parameter"] < EVENTS_PER_PARAMETER:
            yield f"{tell_support(fit, plan)} events per parameter"
        whole = fit["patients"] + fit["missing"]
        if whole and 100 * fit["missing"] / whole > LEFT_OUT:
            share = formats.format_number(100 * fit["missing"] / whole, 0)
            yield f"{share}% of the patients are left out, since a value is missing"
    bad = tests[(tests["model"] == model) & (tests["p_value"] < formats.LEVEL)]
    terms = [plan["variables"][each]["label"] for each in bad["term"] if each in plan["variables"]]
    if terms:
        yield f"proportional hazards are doubtful for {phrases.join_words(terms)} (test below {formats.LEVEL:g})"
