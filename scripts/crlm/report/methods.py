"""The methods in sentences, from the plan: every analytic choice with its value in this study."""

from crlm.analyses.added_value.methods import tell_added_value, tell_groups
from crlm.analyses.missing_components.methods import tell_missing_components
from crlm.plan import phrases
from crlm.plan.models import UNIVARIABLE
from crlm.plan.phrases import tell_evidence
from crlm.scores.published_strata import LEAST

MONTH = "30.4375 days"
GUYOT = {
    "text": "Guyot P, Ades AE, Ouwens MJNM, Welton NJ. Enhanced secondary analysis of survival data: reconstructing the data from "
    "published Kaplan-Meier survival curves. BMC Med Res Methodol 2012;12:9.",
    "doi": "10.1186/1471-2288-12-9",
}


def build_methods(plan, results):
    """Return the methods as a list of (heading, [paragraphs]) in the order of reading.

    plan: the analysis plan; results: the result tables as `tables.build_tables` takes them.
    """
    parts = [
        ("Patients and data", _tell_cohort(plan, results)),
        ("Endpoints", _tell_endpoints(plan, results)),
        ("Survival", _tell_survival(plan, results)),
        ("Description", _tell_description()),
        ("Cox models", _tell_cox(plan, results)),
        ("Clinical risk scores", _tell_scores(plan)),
        ("Growth patterns", _tell_growth_patterns(plan)),
        ("Cut-offs", _tell_cutoffs(plan)),
        ("Scores and models head to head", _tell_performance(plan)),
        ("Missing components of scores", tell_missing_components(plan, results)),
        ("Groups compared", tell_groups(plan)),
        ("Added value", tell_added_value(plan)),
        ("Published curves", _tell_published(plan, results)),
    ]
    return [(heading, paragraphs) for heading, paragraphs in parts if paragraphs]


def _tell_cohort(plan, results):
    cohort, findings = plan["cohort"], results["data_quality"]
    steps = results["attrition"]
    steps = steps[steps["endpoint"].isna()]
    rows, analysed = steps["remaining"].iloc[0], steps["remaining"].iloc[-1]
    sentences = [
        f"The export held {phrases.plural(rows, 'row')}, one per patient; "
        f"{phrases.plural(analysed, 'patient')} were analysed."
    ]
    reasons = [
        f"{row.label} ({row.excluded})" for row in steps.iloc[1:-1].itertuples() if row.excluded
    ]
    if reasons:
        sentences.append(f"Left out by the analysis plan: {'; '.join(reasons)}.")
    if cohort["data_lock"]:
        sentences.append(f"Data lock: {cohort['data_lock']}.")
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
    return [" ".join(sentences)]


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
        f"A follow-up of 0 days {done}; this concerned {phrases.plural(touched, 'patient')} of the export."
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
    words += f"event: {name(spec['events'], 'or')}"
    words += ", whichever came first" if len(spec["events"]) > 1 else ""
    if spec["competing"]:
        words += f"; ended without an event by {name(spec['competing'], 'or')}"
    words += f"; censored at {name(spec['censoring'], 'or')}"
    if len(spec["censoring"]) > 1:
        words += ", whichever is latest"
    if spec["horizon_months"]:
        words += f"; events after {spec['horizon_months']:g} months are not counted"
    return words + "."


def _tell_survival(plan, results):
    sentences = [
        "Survival was estimated by the Kaplan-Meier method with pointwise 95% confidence limits on the log-log scale; the median "
        "is the first time at which survival is 50% or less, and its limits are where the confidence limits reach 50%.",
        "The number at risk at a time counts the patients whose follow-up is at least as long.",
        "Follow-up is the median of the reverse Kaplan-Meier estimate.",
    ]
    tests = [result["tests"] for result in results["endpoints"].values()]
    kinds = {kind for table in tests for kind in table["test"]}
    if "log-rank" in kinds:
        sentences.append("Groups were compared by the log-rank test.")
    if "trend" in kinds:
        found = {
            name for table in tests for name in table.loc[table["test"] == "trend", "grouping"]
        }
        ordered = [spec["label"] for name, spec in plan["groupings"].items() if name in found]
        sentences.append(
            f"The log-rank test for trend was added where groups are ordered ({'; '.join(ordered)})."
        )
    if "pairwise" in kinds:
        sentences.append(
            "With more than two groups all pairs were compared, with Holm's adjustment within each grouping."
        )
    late = [
        f"{spec['label']} at {spec['landmark_months']:g} months"
        for spec in plan["groupings"].values()
        if spec["landmark_months"]
    ]
    if late:
        sentences.append(
            "Groups that become known in follow-up were analysed from a landmark, in the patients still at risk then: "
            f"{'; '.join(late)}."
        )
    if any(len(result["incidence"]) for result in results["endpoints"].values()):
        sentences.append(
            "Where an endpoint has more than one way to end, the cumulative incidence of each was estimated by the Aalen-Johansen "
            "method with log-log limits, the others competing."
        )
    return [" ".join(sentences)]


def _tell_description():
    sentences = [
        "Numbers are described by median and quartiles and by mean and standard deviation, categories by counts and per cent "
        "of the known values.",
        "Groups were compared by the Wilcoxon rank-sum test (two groups) or the Kruskal-Wallis test for numbers, by Fisher's exact "
        "test for 2 x 2 tables with an expected count below 5 and otherwise by Pearson's chi-squared test without continuity "
        "correction; these p-values are not adjusted.",
        "All tests are two-sided.",
    ]
    return [" ".join(sentences)]


def _tell_cox(plan, results):
    fits = {name: result["models"] for name, result in results["endpoints"].items()}
    used = {model for table in fits.values() for model in table["model"]}
    models = {name: spec for name, spec in plan["models"].items() if name in used}
    if not models:
        return []
    variables = plan["variables"]

    def name(names):
        return phrases.join_words(variables[each]["label"] for each in names)

    before = [
        "Hazard ratios are from Cox models with Efron's handling of ties and Wald confidence limits; whole variables were tested "
        "by the likelihood ratio.",
        "Each model was fitted to its complete cases; nothing was imputed, and the number left out is printed with each model.",
    ]
    if UNIVARIABLE in models:
        before.append("Every variable was first analysed alone (univariable).")
    declared, sentences = [], []
    for key, spec in models.items():
        if key == UNIVARIABLE:
            continue
        words = f"{spec['label']}: {name(spec['variables'])}"
        words += f"; stratified by {name(spec['strata'])}" if spec["strata"] else ""
        if spec["cluster"]:
            words += f"; robust variance with clusters by {name([spec['cluster']])}"
        if spec["landmark_months"]:
            words += f"; from a landmark at {spec['landmark_months']:g} months, in the patients still at risk then"
        declared.append(words + ".")
    fitted = {name: None for spec in models.values() for name in spec["variables"]}
    doubled = [
        variables[name]["label"] for name in fitted if variables[name]["transform"] == "log2"
    ]
    if doubled:
        sentences.append(
            f"Logarithm to base 2, so that the hazard ratio is per doubling: {phrases.join_words(doubled)}."
        )
    if any(spec["separated"] == "drop" for spec in models.values()):
        sentences.append(
            "A level without an event, or a number that separates, has no finite hazard ratio, which is reported as not estimable "
            "and not tested for proportional hazards; it stays in the likelihood, so that tests, C and the other ratios are those "
            "of all patients."
        )
    penalised = [spec["label"] for spec in models.values() if spec["separated"] == "firth"]
    if penalised:
        sentences.append(
            "If a level has no event, Firth's penalised likelihood with profile limits is used in the model: "
            f"{phrases.join_words(penalised)}."
        )
    sentences.append(
        "Proportional hazards were tested by the Grambsch-Therneau test on the Kaplan-Meier time scale, per variable and globally, "
        "and scaled Schoenfeld residuals were plotted."
    )
    if plan["subgroups"]:
        sentences.append(
            "Effects within subgroups are from Cox models in each subgroup; interaction was tested by the likelihood ratio."
        )
    return [" ".join(before), *declared, " ".join(sentences)]


def _tell_scores(plan):
    shown = [score for score in plan["scores"].values() if score["status"] == "computable"]
    if not shown:
        return []
    sentences = [
        "A score was computed for a patient only when the inputs known leave a single value; otherwise it is undetermined, and its "
        "group is used when both bounds lie within it. Missing inputs are never taken as zero points.",
    ]
    for score in shown:
        words = f"{score['label']}: points {tell_evidence(score['evidence'])}"
        words += f"; {score['note']}" if score["proxies"] else ""
        conflicts = [f"{text.strip(' .')}." for text in score.get("conflicts", [])]
        sentences.append(" ".join([words + ".", *conflicts]))
    if plan["agreement"]:
        sentences.append(
            "Recorded and computed values were compared by Cohen's kappa with linear and quadratic weights."
        )
    return sentences


def _tell_performance(plan):
    if not plan["performance"]:
        return []
    drawn = plan["resampling"]
    return [
        "Scores, growth patterns and models were compared on the patients in whom every one of them is known: Harrell's C, Uno's C "
        "(inverse probability of censoring weights, up to the last landmark), cumulative/dynamic AUC and the Brier score at the "
        f"landmarks. Intervals are percentiles of {drawn['resamples']} bootstrap resamples of patients (seed {drawn['seed']}), the "
        "same for all; differences are paired, and their adjusted p-values account for all pairs of the same measure and horizon "
        "(single-step max-type); there is none where one of a pair is part of the other, since their difference has no usual "
        "distribution when the rest adds nothing. Groups without an order, numbers that are not a score, and models were fitted "
        "in these patients, which flatters them; models of the plan are also corrected for optimism (Harrell's bootstrap, on their "
        "own complete cases). Strata and clusters of a model are not part of this comparison.",
        "Calibration at each landmark compares the predicted risk with 1 minus the Kaplan-Meier estimate (observed : "
        "expected), by the slope of a Cox model on the predicted log cumulative hazard log(-log S) over the whole follow-up, "
        "and by a smooth curve: a Cox model on a restricted cubic spline of it with three knots (10th, 50th and 90th "
        "percentile; a line where two of them coincide); ICI, E50 and E90 are the mean, median and 90th percentile of the "
        "distance from that curve (Austin, Harrell and van Klaveren). Predicted probabilities, also of the Brier score, are "
        "those published for the same endpoint, only where every value or group of these patients has one (none is "
        "interpolated; a derived curve is named as such), and those of a Cox model of the predictor fitted in these patients. "
        f"Risk groups are fifths, or the distinct predictions when these are few; a group of fewer than {LEAST} patients is "
        "listed and not drawn. Net benefit (Vickers and Elkin, for censored data) is that of treating those whose risk at the "
        "landmark is at or above a threshold of 1% to 99%; where those above it are observed for less than the landmark, "
        "their curve stays at its last value. Limits of all of these are percentiles of the same resamples with the "
        "predictions unchanged.",
        *_tell_competing(plan),
    ]


def _tell_competing(plan):
    names = [spec["label"] for spec in plan["endpoints"].values() if spec["competing"]]
    if not names:
        return []
    return [
        f"{phrases.join_words(names)}: competing events count as censored in every risk above, in added value and in the "
        "comparison with published strata, as cause-specific survival is published. These are risks if nothing else happened; "
        "the share of patients who will have the event is lower and stands under cumulative incidence.",
    ]


def _tell_published(plan, results):
    if not plan["published_curves"]:
        return []
    groups, sentences = results["reconstructed_groups"], []
    for key, curve in plan["published_curves"].items():
        mine = groups[groups["curve"] == key]
        endpoint = plan["endpoints"][curve["endpoint"]]["label"]
        sentences.append(
            f"{curve['label']}: {curve['source']}; {curve['published_endpoint']}, set beside {endpoint} here "
            f"({plan['groupings'][curve['grouping']]['label']}); {phrases.plural(mine['readings'].sum(), 'reading')} of "
            f"{phrases.plural(len(mine), 'curve')}, {phrases.plural(mine['published_patients'].sum(), 'patient')}, "
            f"{phrases.plural(mine['published_events'].sum(), 'event')} reconstructed; readings {tell_evidence(curve['evidence'])}."
        )
    return [
        "Published survival curves were digitised, and individual times were reconstructed from their points and numbers at risk "
        f"by the algorithm of Guyot et al. 2012 (doi:{GUYOT['doi']}): events so that the Kaplan-Meier estimate meets the "
        "readings, censoring even between two printed times so that the numbers at risk are met. The times are not data of "
        "patients: they carry the error of the reading (readings of two decimals can miss the median where the curve is flat near "
        "50%) and none of the covariates, so that the hazard ratio of a Cox model (Efron, Wald limits) and the log-rank test of "
        "this cohort against the published patients are not adjusted for anything.",
        *sentences,
    ]


def _tell_growth_patterns(plan):
    rules = plan["growth_patterns"].values()
    sentences = [
        f"{rule['label']}: {rule['source']} ({tell_evidence(rule['evidence'])})." for rule in rules
    ]
    lesions = plan["discordance"]
    if rules and not lesions:
        sentences.append(
            "Lesions were not recorded singly, so that it is not known whether those of one patient agree."
        )
    elif rules:
        draws = plan["resampling"]
        sentences.append(
            "Blocks without any share were not assessable and were left out; shares were averaged over the blocks of a lesion and "
            "then over the lesions of a patient. Agreement is the per cent of "
            "all pairs of lesions of a patient, and of blocks of a lesion, that are given the same group; limits are percentiles "
            f"of {draws['resamples']} bootstrap resamples of patients (seed {draws['seed']}). Groups and hazard ratios (Cox) "
            "by the mean were compared with those when one lesion stands for the patient: the first of the file, one drawn at "
            "random and those with the lowest and the highest share. Sizes of single lesions are not recorded, so that the "
            "largest cannot be chosen."
        )
    return sentences


def _tell_cutoffs(plan):
    numbers, drawn = plan["cutoffs"], plan["resampling"]
    if not numbers:
        return []
    sentences = [
        "Every cut that changes the groups was tried: Cox models (Efron) of the patients at or above the cut (above it where a "
        "published rule says so) against the others, with Harrell's C of the two groups, the one of the higher fitted hazard as "
        "the worse and within the strata where there are any, and its infinitesimal-jackknife limits. The best cut is that of the "
        "largest standardised log-rank statistic; its p-value is corrected for the search by permuting the log-rank scores of the "
        f"patients ({drawn['resamples']} permutations, seed {drawn['seed']}), within the strata where the analysis is stratified, "
        "and beside it by the approximations of Lausen and Schumacher (1992) and of Lausen, Sauerbrei and Schumacher (1994). "
        "Without a cut, the number was fitted as a restricted cubic spline with four knots at Harrell's quantiles (three where "
        "values pile up, and then at quantiles of the distinct values if need be), the knots of all patients in every analysis, "
        "by likelihood-ratio tests as a whole and for non-linearity. Interaction with the stratifying variable is the likelihood "
        "ratio of the models of the single levels against the stratified one."
    ]
    for number in numbers.values():
        words = f"{number['label']}: cuts with fewer than {number['minimum_events']} events on a side have no hazard ratio"
        low, high = number["search_percent"]
        words += f"; searched where {low:g} to {high:g} % of the patients lie below the cut"
        words += f"; stratified by {number['by_label']}." if number["by"] else "; not stratified."
        if number["cuts"]:
            cuts = "; ".join(
                f"{'≥' if cut['operator'] == '>=' else '>'} {cut['value']:g}: {cut['source']} ({tell_evidence(cut['evidence'])})"
                for cut in number["cuts"]
            )
            words += f" Cuts in use: {cuts}."
        sentences.append(words)
    return sentences
