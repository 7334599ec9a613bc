"""The models of one incomplete variable in chained equations, after R's `mice`.

Predictive mean matching (`mice.impute.pmm`) and logistic regression (`mice.impute.logreg.boot`,
for more than two levels the same with a multinomial model). `imputation.py` says what they are for.
"""

import numpy as np
import scipy  # which imports scipy.linalg when it is asked for: the report imports this module too

DONORS = 5
OUTCOME = 2  # first columns: event and cumulative hazard
COLLINEAR = 1e-4  # share of a column's variance the others leave unexplained
PER_COLUMN = 3  # values a regression needs per column
NEWTON_STEPS = 30
TOLERANCE = 1e-12  # of Newton's last step, in squared standard errors; what is left is its square
ROUGHLY = 1e-2  # the same for the coefficients of a random sample


def limit_columns(values):
    """Columns a regression of so many values may use, besides the outcome's.

    Of levels those outside the commonest count: on them depends what can be known.
    """
    return max(int(values) // PER_COLUMN, OUTCOME)


def select_columns(x, y, fit, most):
    """Columns of x that the regression of y uses, standardised among the rows `fit`.

    x: (n, p), the outcome first, which always stays; y: (rows of fit, k), numbers or indicators
    of levels, standardised; most: columns. Constant and collinear ones go, and the weakest.
    """
    part = x[fit]
    mean, spread = part.mean(axis=0), part.std(axis=0)
    usable = np.flatnonzero(spread > 1e-9 * np.abs(part).max(axis=0))
    part = (part[:, usable] - mean[usable]) / spread[usable]
    if len(usable) > most:
        link = np.round(np.abs(part.T @ y).max(axis=1), 9)
        link[usable < OUTCOME] = np.inf
        strongest = np.sort(np.argsort(-link, kind="stable")[:most])
        usable, part = usable[strongest], part[:, strongest]
    if len(usable):
        _, pivot, rank, _ = scipy.linalg.lapack.dpstrf(
            part.T @ part / len(fit), tol=COLLINEAR, lower=1
        )
        usable = usable[np.sort(pivot[:rank] - 1)]
    return (x[:, usable] - mean[usable]) / spread[usable]


def predict_means(random, x, y, fit):
    """Linear regression of y on x for predictive mean matching.

    x: (n, p); y: (rows of fit,). Returns two predictions of all n: by least squares, for the
    donors, and by coefficients drawn from their posterior, for those who miss the value.
    """
    centre, spread = y.mean(), y.std()
    spread = spread if spread > 1e-9 * np.abs(y).max() else 1.0
    y = (y - centre) / spread
    z = select_columns(x, y[:, None], fit, limit_columns(len(fit)))
    factor = np.linalg.cholesky(z[fit].T @ z[fit])
    coef = scipy.linalg.cho_solve((factor, True), z[fit].T @ y)
    residual = y - z[fit] @ coef
    freedom = max(len(fit) - z.shape[1] - 1, 1)
    sigma = np.sqrt(residual @ residual / random.chisquare(freedom))
    noise = random.standard_normal(z.shape[1] + 1)
    drawn = coef + sigma * scipy.linalg.solve_triangular(factor, noise[1:], lower=True, trans="T")
    shift = sigma * noise[0] / np.sqrt(len(fit))
    # equal patients differ in the last bits of a matrix product; they are ties
    expected, predicted = np.round(z @ coef, 9), np.round(z @ drawn + shift, 9)
    return centre + spread * expected, centre + spread * predicted


def match_donors(random, expected, predicted):
    """For each prediction the place of one of the nearest donors, tied ones in random order."""
    nearest = min(DONORS, len(expected))
    shuffled = random.permutation(len(expected))
    order = shuffled[np.argsort(expected[shuffled], kind="stable")]
    window = np.arange(-nearest, nearest)
    window = np.searchsorted(expected[order], predicted)[:, None] + window
    outside = (window < 0) | (window >= len(order))
    window = np.clip(window, 0, len(order) - 1)
    distance = np.abs(expected[order][window] - predicted[:, None])
    ranked = np.argsort(np.where(outside, np.inf, distance), axis=1, kind="stable")
    chosen = random.integers(0, nearest, len(predicted))
    rows = np.arange(len(predicted))
    return order[window[rows, ranked[rows, chosen]]]


def draw_classes(random, x, classes, fit, missing, start=None, allowed=None):
    """Draw classes of the rows `missing` by multinomial logistic regression of a bootstrap sample.

    x: (n, p); classes: (rows of fit,), codes 0 .. k-1, each of which occurs; start: coefficients
    of an earlier call, which only save time; allowed: (missing, k), true for the classes that a row
    may have, a row without any may have all. Returns the codes and this call's coefficients.
    """
    k = int(classes.max()) + 1
    if k == 1:
        return np.zeros(len(missing), int), None
    observed = np.equal.outer(classes, np.arange(k)).astype(float)
    shares = observed.mean(axis=0)
    most = limit_columns(len(classes) * (1 - shares.max()))
    z = select_columns(x, (observed - shares) / observed.std(axis=0), fit, most)
    counts = np.bincount(random.integers(0, len(fit), len(fit)), minlength=len(fit))
    drawn = counts > 0
    design, observed, weights = augment(z, fit[drawn], observed[drawn], counts[drawn], shares)
    shape = design.shape[1], k - 1
    start = np.zeros(shape) if start is None or start.shape != shape else start
    coef = fit_multinomial(design, observed, weights, start, ROUGHLY)
    share = _predict(np.column_stack([np.ones(len(missing)), z[missing]]), coef)
    if allowed is not None:
        among = np.where(allowed.any(axis=1)[:, None], allowed, True)
        share = share * among / (share * among).sum(axis=1)[:, None]
    chance = random.random(len(missing))
    return (chance[:, None] > np.cumsum(share, axis=1)[:, :-1]).sum(axis=1), coef


def augment(z, fit, observed, weights, shares):
    """Design, classes and weights of the rows `fit` and of pseudo-patients after them.

    So that no coefficient is infinite, there are two pseudo-patients per column, half a standard
    deviation above and below the mean, with a total weight of columns + 1 (White, Daniel and
    Royston 2010). They belong in part, by the shares (k,), to every class; `mice` takes 1 / k,
    which makes rare levels common when there are many columns.
    """
    columns = z.shape[1]
    steps = np.kron(np.diag(z.std(axis=0, ddof=1)), [[0.5], [-0.5]])
    extra = np.clip(z.mean(axis=0) + steps, z.min(axis=0), z.max(axis=0))
    design = np.column_stack([np.ones(len(fit) + len(extra)), np.vstack([z[fit], extra])])
    observed = np.vstack([observed, np.tile(shares, (len(extra), 1))])
    return (
        design,
        observed,
        np.append(weights, np.full(len(extra), (columns + 1) / 2 / max(columns, 1))),
    )


def fit_multinomial(design, observed, weights, start, tolerance=TOLERANCE):
    """Weighted multinomial logistic regression by Newton's method: coefficients (p, k-1).

    design: (n, p) with its intercept; observed: (n, k), what share of each row belongs to each
    class, the first of them the reference; start: (p, k-1), given up where zeros are likelier: of other columns it may make every
    row certain, and there is no information from there.
    """

    def measure(coef):
        share = _predict(design, coef)
        return share, weights @ (observed * np.log(np.maximum(share, 1e-300))).sum(axis=1)

    starts = [(coef, *measure(coef)) for coef in (start, np.zeros_like(start))]
    coef, share, height = max(starts, key=lambda each: each[2])
    for _ in range(NEWTON_STEPS):
        factor = np.linalg.cholesky(_information(design, share[:, 1:], weights))
        score = (design * weights[:, None]).T @ (observed - share)[:, 1:]
        step = scipy.linalg.cho_solve((factor, True), score.T.ravel()).reshape(score.shape[::-1]).T
        gain = (step * score).sum()
        for _ in range(NEWTON_STEPS):
            share, reached = measure(coef + step)
            if reached >= height - 1e-9 * abs(height):
                break
            step = step / 2
        coef, height = coef + step, reached
        if gain < tolerance:
            break
    return coef


def _predict(design, coef):
    linear = np.column_stack([np.zeros(len(design)), design @ coef])
    share = np.exp(linear - linear.max(axis=1, keepdims=True))
    return share / share.sum(axis=1, keepdims=True)


def _information(design, share, weights):
    """Information matrix with a negligible ridge against classes that are all but certain."""
    columns, classes = design.shape[1], share.shape[1]
    information = np.empty((classes, columns, classes, columns))
    for one in range(classes):
        for other in range(one + 1):
            product = share[:, one] * ((1 - share[:, one]) if one == other else share[:, other])
            half = design * np.sqrt(weights * product)[:, None]
            block = half.T @ half * (1 if one == other else -1)
            information[one, :, other, :] = information[other, :, one, :] = block
    information = information.reshape(classes * columns, classes * columns)
    return information + 1e-9 * np.trace(information) * np.eye(len(information))
