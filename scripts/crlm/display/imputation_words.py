"""How gaps are imputed, in sentences, for every analysis that imputes."""

from crlm.survival.imputation_models import DONORS, PER_COLUMN


def tell_rules(names=""):
    """The models of the imputation and what they assume; names: where the left out predictors are named, as a sentence."""
    return [
        f"Numbers and ordered levels were imputed by predictive mean matching ({DONORS} donors; on the logarithmic scale where the "
        "variable is analysed on it), binary and categorical ones by (multinomial) logistic regression in a bootstrap sample, with "
        "pseudo-patients against perfect prediction; an entry such as <0.5 was imputed within its limits.",
        "Predictors that are constant or given by the others were left out of a regression, and the weakest ones where there were "
        f"fewer than {PER_COLUMN} recorded values for each.",
        *([names] if names else []),
        "This assumes that values are missing at random given these predictors.",
    ]
