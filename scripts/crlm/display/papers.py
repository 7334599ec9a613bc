"""The papers of methods that several analyses use, or that a methods section names."""

from crlm.plan.phrases import list_links

PAPERS = {
    "Austin2020": {
        "text": "Austin PC, Harrell FE, van Klaveren D. Graphical calibration curves and the integrated calibration index (ICI) "
        "for survival models. Statistics in Medicine 2020;39:2714-2742",
        "doi": "10.1002/sim.8570",
    },
    "Barnard1999": {
        "text": "Barnard J, Rubin DB. Small-sample degrees of freedom with multiple imputation. Biometrika 1999;86:948-955",
        "doi": "10.1093/biomet/86.4.948",
    },
    "Fox1992": {
        "text": "Fox J, Monette G. Generalized collinearity diagnostics. Journal of the American Statistical Association "
        "1992;87:178-183",
        "doi": "10.1080/01621459.1992.10475190",
    },
    "Grambsch1994": {
        "text": "Grambsch PM, Therneau TM. Proportional hazards tests and diagnostics based on weighted residuals. Biometrika "
        "1994;81:515-526",
        "doi": "10.1093/biomet/81.3.515",
    },
    "Harrell1996": {
        "text": "Harrell FE, Lee KL, Mark DB. Multivariable prognostic models: issues in developing models, evaluating assumptions "
        "and adequacy, and measuring and reducing errors. Statistics in Medicine 1996;15:361-387",
        "doi": "10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4",
        "pmid": 8668867,
    },
    "Li1991": {
        "text": "Li KH, Raghunathan TE, Rubin DB. Large-sample significance levels from multiply imputed data using moment-based "
        "statistics and an F reference distribution. Journal of the American Statistical Association 1991;86:1065-1073",
        "doi": "10.1080/01621459.1991.10475152",
    },
    "Uno2011": {
        "text": "Uno H, Cai T, Pencina MJ, D'Agostino RB, Wei LJ. On the C-statistics for evaluating overall adequacy of risk "
        "prediction procedures with censored survival data. Statistics in Medicine 2011;30:1105-1117",
        "doi": "10.1002/sim.4154",
    },
    "Verweij1993": {
        "text": "Verweij PJM, van Houwelingen HC. Cross-validation in survival analysis. Statistics in Medicine 1993;12:2305-2314",
        "doi": "10.1002/sim.4780122407",
    },
    "Vickers2006": {
        "text": "Vickers AJ, Elkin EB. Decision curve analysis: a novel method for evaluating prediction models. Medical Decision "
        "Making 2006;26:565-574",
        "doi": "10.1177/0272989X06295361",
    },
    "White2009": {
        "text": "White IR, Royston P. Imputing missing covariate values for the Cox model. Statistics in Medicine "
        "2009;28:1982-1998",
        "doi": "10.1002/sim.3618",
    },
}


def cite(*names):
    """The papers of these names, each a dict with text and links, as `list_references` of an analysis returns them."""
    return [{"text": PAPERS[name]["text"], "links": list_links(PAPERS[name])} for name in names]
