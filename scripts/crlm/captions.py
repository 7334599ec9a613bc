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
RANKING = (
    "Harrell's C of every predictor, best first, with 95% bootstrap intervals; all on the same patients and the same resamples. "
    "Hollow squares were fitted in these patients."
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
