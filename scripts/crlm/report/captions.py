"""What stands below the figures of the report."""

FLOW = "From the rows of the export to the patients of each endpoint; reasons for leaving patients out as the plan declares them."
INCIDENCE = (
    "Aalen-Johansen estimates of the first event of each kind, the others competing, with pointwise 95% log-log confidence limits; "
    "below, the number at risk."
)
PUBLISHED = (
    "Kaplan-Meier curves of a score's strata with the survival published for the same strata (filled symbols, medians open); "
    "dashed: derived from published figures, not published. O:E: observed over expected events with exact Poisson limits."
)
RECONSTRUCTED = (
    "Kaplan-Meier curves of this cohort with 95% limits; dashed: a published curve, redrawn from individual times that were "
    "reconstructed from its digitised points and numbers at risk (Guyot 2012). HR: this cohort against the published patients."
)
COMPETING = (
    "Events of other kinds count as censored here: the risks are those if nothing else happened, higher than the share of patients "
    "who will have the event (see cumulative incidence)."
)
RANKING = (
    "Harrell's C of every predictor, best first, with 95% bootstrap intervals; all on the same patients and the same resamples. "
    "Hollow squares were fitted in these patients."
)
CUTOFFS = (
    "Distribution of the number; hazard ratio (Cox, Efron) of the patients at or above each cut against the others, and Harrell's "
    "C of the two groups; below, the number as a restricted cubic spline. Bands and thin lines are pointwise 95% limits and do "
    "not account for the number of cuts looked at. Letters are the cuts in use, with their evidence."
)
DISCORDANCE = (
    "Left: pairs of lesions of a patient, and of blocks of a lesion, that are given the same group by each rule, with 95% "
    "bootstrap limits; dashed: published. Right: how far the highest and the lowest share lie apart."
)
CALIBRATION = (
    "Predicted against observed risk: smooth curve with 95% bootstrap band, squares for groups by predicted risk with "
    "Kaplan-Meier estimates and log-log limits, and the number of patients by predicted risk below; on the broken line they "
    "agree. Probabilities published for the same endpoint at every horizon; those fitted in these patients (hollow) at the "
    "last one, the others in the table."
)
DECISION = (
    "Decision curves: what treating those at or above a threshold of risk would gain over treating nobody, at each horizon, beside "
    "treating all. Solid: published probabilities; broken: fitted in these patients, which flatters them."
)
MISSING_COMPONENTS = (
    "Each score in the patients in whom it is determinate, with every other score at its lowest and at its highest (grey between "
    "them), and after multiple imputation of the components. Intervals are 95% confidence limits."
)
IMPUTATION = (
    "Shares of the observed and of the imputed values of every component with missing values; whiskers: lowest and highest of the "
    "imputations. The first and the last bin of a number also take what lies beyond. Limits such as <0.5 are not compared."
)
DIFFERENCES = (
    "Above the diagonal: Harrell's C of the row minus that of the column with 95% percentile limits of paired bootstrap resamples "
    "(blue: the row is better). Below: p adjusted for all pairs."
)
RECLASSIFICATION = (
    "Patients by their groups in two scores, flows in the colour of the group they come from; Kaplan-Meier survival of each group "
    "and flow with 95% log-log limits. A flow of few patients is dashed and has no survival."
)
ADDED_VALUE = (
    "Cox models without and with the addition, on the same patients: likelihood-ratio test, differences with limits from resamples "
    "in which both were fitted again, and decision curves (net benefit of treating patients at or above a threshold of predicted "
    "risk)."
)
FOREST = (
    "Cox models (Efron): hazard ratios with 95% confidence limits on a logarithmic scale; each number, reference level and unit of "
    "the ratio stands in its row."
)
RESIDUALS = (
    "Scaled Schoenfeld residuals plus coefficient over time with a natural spline and its 95% band: a flat line speaks for one "
    "hazard ratio throughout. Dashed: the coefficient of the model. p: Grambsch-Therneau test."
)
SUBGROUPS = (
    "Cox models within each subgroup: hazard ratios with 95% confidence limits on a logarithmic scale, and p of the "
    "likelihood-ratio test for interaction."
)
MISSINGNESS = "Share missing per variable of the description, and the most frequent patterns of what is missing together."
COUNTS = {
    "at_risk": "number at risk",
    "events": "cumulative events",
    "censored": "cumulative censored",
}


def describe_kaplan_meier(output, endpoint, grouping):
    """Sentences below Kaplan-Meier curves; output, endpoint, grouping: specs of the plan."""
    band = (
        " with pointwise 95% log-log confidence bands (up to four groups)"
        if output["confidence_band"]
        else ""
    )
    sentences = [f"Kaplan-Meier estimates{band}; ticks are censored patients."]
    if output["risk_table"]:
        sentences.append(f"Below: {', '.join(COUNTS[part] for part in output['risk_table'])}.")
    if grouping["landmark_months"]:
        month = f"{grouping['landmark_months']:g} months"
        sentences.append(f"Patients still at risk at {month}; time counts from there.")
    if endpoint["horizon_months"]:
        sentences.append(f"Follow-up ends at {endpoint['horizon_months']:g} months.")
    return sentences
