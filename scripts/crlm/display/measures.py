"""Names of measures of prediction, as tables print them."""

NAMES = {
    "harrell_c": "Harrell's C",
    "uno_c": "Uno's C",
    "auc": "AUC",
    "brier": "Brier score",
    "integrated_brier": "Integrated Brier score",
    "brier_published": "Brier score, published",
    "calibration_slope": "Calibration slope",
}


LIMITS = ("estimate", "lower 95%", "upper 95%")
