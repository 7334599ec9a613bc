"""The methods that are set beside the plain Cox model, each fitted to a table of columns by scikit-survival."""

import warnings

import numpy as np

FOLDS = 5
ALPHAS = 25  # penalties tried
RIDGE = np.geomspace(10, 0.001, ALPHAS)  # per patient
MIXING = {
    "ridge": 1e-9,
    "elastic_net": 0.5,
    "lasso": 1.0,
}  # share of the penalty on the absolute values
LEAF = 15  # patients in a leaf of the forest, at least
RATE, DEPTH, SHARE = (
    0.1,
    2,
    0.5,
)  # of boosting: step, depth of a tree, share of the patients that each tree sees
NETS = tuple(MIXING)
DRAWN_FROM = "drawn_from"  # column: complete patients of whom some were drawn
LABELS = {
    "cox": "Cox model",
    "ridge": "Ridge",
    "lasso": "LASSO",
    "elastic_net": "Elastic net",
    "forest": "Random survival forest",
    "boosting": "Gradient boosting",
}


def fit_learner(method, x, months, event, who, seed, trees):
    """(function from columns to risks, facts as a dict), or (None, the reason) where nothing can be fitted.

    x: (n, p) columns; months, event: (n,); who: (n,) numbers of the patients, of whom a resample may have copies; seed: of the
    folds, the forest and the boosting; trees: of the forest, and rounds of boosting. facts: penalty and parameters, the number of
    columns with a coefficient, of the penalised models.
    """
    from sklearn import config_context
    from sksurv.util import Surv

    if not event.any():
        return None, "no event"
    outcome = Surv.from_arrays(event == 1, months)
    # the columns are finite and the settings ours: checking them in every tree was a tenth of the fit
    with config_context(assume_finite=True, skip_parameter_validation=True):
        if method in NETS:
            return _fit_net(method, x, months, event, outcome, who, seed)
        fit = _build(method, seed, trees).fit(x, outcome)
    return fit.predict, {}


def _build(method, seed, trees):
    from sksurv.ensemble import GradientBoostingSurvivalAnalysis, RandomSurvivalForest

    if method == "forest":
        return RandomSurvivalForest(
            n_estimators=trees, min_samples_leaf=LEAF, low_memory=True, n_jobs=1, random_state=seed
        )
    return GradientBoostingSurvivalAnalysis(
        n_estimators=trees,
        learning_rate=RATE,
        max_depth=DEPTH,
        subsample=SHARE,
        random_state=seed,
    )


def _fit_net(method, x, months, event, outcome, who, seed):
    """Penalised Cox model with the penalty of the highest cross-validated partial likelihood.

    Folds are of patients: copies of one stay together, or a resample would choose too small a penalty. The criterion is that of
    Verweij and van Houwelingen 1993: what a fold adds to the likelihood of the others.
    """
    middle, spread = x.mean(axis=0), x.std(axis=0)
    z = (x - middle) / np.where(spread > 0, spread, 1)
    whole = _trace_path(method, z, outcome, None)
    if whole is None:
        return None, "the penalised fit found no maximum"
    alphas, coefs = whole
    people = np.unique(who)
    place = np.random.default_rng(seed).permutation(len(people)) % FOLDS
    fold = place[np.searchsorted(people, who)]
    gained = np.zeros(len(alphas))
    for number in range(FOLDS):
        others = fold != number
        path = (
            _trace_path(method, z[others], outcome[others], alphas) if event[others].any() else None
        )
        if path is None:
            return None, "the penalised fit found no maximum in a fold"
        # a path ends where smaller penalties change nothing any more, as glmnet's does
        reached = path[1][:, np.minimum(np.arange(len(alphas)), path[1].shape[1] - 1)]
        gained += breslow_likelihoods(months, event, z @ reached)
        gained -= breslow_likelihoods(months[others], event[others], z[others] @ reached)
    best = int(gained.argmax())
    coef = coefs[:, best]
    facts = {"penalty": float(alphas[best]), "parameters": int((coef != 0).sum())}
    return (lambda new: ((new - middle) / np.where(spread > 0, spread, 1)) @ coef), facts


def _trace_path(method, z, outcome, alphas):
    """(penalties, falling; coefficients (p, penalties)), or None."""
    from sksurv.linear_model import CoxnetSurvivalAnalysis

    if alphas is not None:
        choice = {"alphas": alphas}
    elif method == "ridge":
        choice = {"alphas": RIDGE}
    else:
        choice = {"n_alphas": ALPHAS, "alpha_min_ratio": 0.01}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # not converged
            fit = CoxnetSurvivalAnalysis(l1_ratio=MIXING[method], **choice).fit(z, outcome)
    except (ArithmeticError, ValueError, Warning):
        return None
    return fit.alphas_, fit.coef_


def breslow_likelihoods(months, event, linear):
    """Breslow's partial log-likelihood of each column of linear predictors (n, k), the one that the penalised fits maximise."""
    order = np.argsort(-months, kind="stable")
    late, sorted_linear = -months[order], linear[order]
    top = sorted_linear.max(axis=0)
    risk = np.cumsum(np.exp(sorted_linear - top), axis=0)
    last = np.searchsorted(late, late, side="right") - 1
    dies = event[order] == 1
    return (sorted_linear[dies] - top - np.log(risk[last[dies]])).sum(axis=0)
