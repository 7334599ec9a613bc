"""The models of one incomplete variable in chained equations, after R's `mice`.

Predictive mean matching (`mice.impute.pmm`) and logistic regression (`mice.impute.logreg`, for
more than two levels the same with a multinomial model). `imputation.py` says what they are for.
"""

import numpy as np
from scipy.linalg import cho_solve, lapack, solve_triangular

DONORS = 5
OUTCOME = 2  # first columns: event and cumulative hazard
COLLINEAR = 1e-4  # share of a column's variance the others leave unexplained
PER_COLUMN = 3  # values a regression needs per column
NEWTON_STEPS = 30
NEWTON_TOLERANCE = 1e-6


def limit_columns(values):
    """Columns a regression of so many values may use; the outcome is in any case."""
    return max(values // PER_COLUMN, OUTCOME)


def select_columns(x, y, fit):
    """Columns of x that the regression of y uses, standardised among the rows `fit`.

    x: (n, p), the outcome first, which always stays; y: (rows of fit, k), numbers or indicators
    of levels, centred. Constant, collinear and, if there are too many, weak columns go.
    """
    part = x[fit]
    mean, spread = part.mean(axis=0), part.std(axis=0)
    usable = np.flatnonzero(spread > 1e-9 * np.abs(part).max(axis=0))
    z = (x[:, usable] - mean[usable]) / spread[usable]
    most = limit_columns(len(fit))
    if len(usable) > most:
        link = np.round(np.abs(z[fit].T @ y).max(axis=1), 9)
        link[usable < OUTCOME] = np.inf
        z = z[:, np.sort(np.argsort(-link, kind="stable")[:most])]
    if not z.shape[1]:
        return z
    _, pivot, rank, _ = lapack.dpstrf(z[fit].T @ z[fit] / len(fit), tol=COLLINEAR, lower=1)
    return z[:, np.sort(pivot[:rank] - 1)]


def predict_means(random, x, y, fit):
    """Linear regression of y on x for predictive mean matching.

    x: (n, p); y: (rows of fit,). Returns two predictions of all n: by least squares, for the
    donors, and by coefficients drawn from their posterior, for those who miss the value.
    """
    centre, spread = y.mean(), y.std()
    spread = spread if spread > 1e-9 * np.abs(y).max() else 1.0
    y = (y - centre) / spread
    z = select_columns(x, y[:, None], fit)
    factor = np.linalg.cholesky(z[fit].T @ z[fit])
    coef = cho_solve((factor, True), z[fit].T @ y)
    residual = y - z[fit] @ coef
    freedom = max(len(fit) - z.shape[1] - 1, 1)
    sigma = np.sqrt(residual @ residual / random.chisquare(freedom))
    noise = random.standard_normal(z.shape[1] + 1)
    drawn = coef + sigma * solve_triangular(factor, noise[1:], lower=True, trans="T")
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


def draw_classes(random, x, classes, fit, missing, start=None):
    """Draw classes of the rows `missing` by multinomial logistic regression.

    x: (n, p); classes: (rows of fit,), codes 0 .. k-1, each of which occurs; start: coefficients
    of an earlier call, which only save time. Returns the codes and this call's coefficients.
    """
    k = int(classes.max()) + 1
    if k == 1:
        return np.zeros(len(missing), int), None
    indicators = np.equal.outer(classes, np.arange(k))
    z = select_columns(x, (indicators - indicators.mean(axis=0)) / indicators.std(axis=0), fit)
    design, augmented, weights = augment(z, fit, classes, k)
    shape = design.shape[1], k - 1
    start = np.zeros(shape) if start is None or start.shape != shape else start
    coef, factor = fit_multinomial(design, augmented, weights, start)
    noise = solve_triangular(factor, random.standard_normal(coef.size), lower=True, trans="T")
    share = _predict(
        np.column_stack([np.ones(len(missing)), z[missing]]), coef + noise.reshape(shape[::-1]).T
    )
    chance = random.random(len(missing))
    return (chance[:, None] > np.cumsum(share, axis=1)[:, :-1]).sum(axis=1), coef


def augment(z, fit, place, levels):
    """Design, class and weight of the recorded rows and of `mice`'s pseudo-patients.

    Each level gets two pseudo-patients per column, half a standard deviation above and below the
    mean, with a total weight of columns + 1, so that no coefficient is infinite.
    """
    columns = z.shape[1]
    size = 2 * columns * levels
    extra = np.tile(z.mean(axis=0), (size, 1))
    side = np.tile([0.5, -0.5], levels)
    for column in range(columns):
        rows = slice(2 * levels * column, 2 * levels * (column + 1))
        extra[rows, column] += side * z[:, column].std(ddof=1)
    extra = np.clip(extra, z.min(axis=0), z.max(axis=0))
    design = np.column_stack([np.ones(len(fit) + size), np.vstack([z[fit], extra])])
    classes = np.concatenate([place, np.tile(np.repeat(np.arange(levels), 2), columns)])
    weights = np.concatenate([np.ones(len(fit)), np.full(size, (columns + 1) / max(size, 1))])
    return design, classes, weights


def fit_multinomial(design, classes, weights, start):
    """Weighted multinomial logistic regression by Newton's method from `start`.

    design: (n, p) with its intercept; classes: (n,) codes from 0, the reference; start: (p, k-1).
    Returns the coefficients (p, k-1) and the Cholesky factor of the information, whose parameters
    run through the columns of a class before the next class.
    """
    coef, rows = start, np.arange(len(design))
    observed = np.equal.outer(classes, np.arange(1, coef.shape[1] + 1))

    def measure(coef):
        share = _predict(design, coef)
        return share, weights @ np.log(np.maximum(share[rows, classes], 1e-300))

    share, height = measure(coef)
    for _ in range(NEWTON_STEPS):
        factor = np.linalg.cholesky(_information(design, share[:, 1:], weights))
        score = (design * weights[:, None]).T @ (observed - share[:, 1:])
        step = cho_solve((factor, True), score.T.ravel()).reshape(score.shape[::-1]).T
        for _ in range(NEWTON_STEPS):
            share, reached = measure(coef + step)
            if reached >= height - 1e-9 * abs(height):
                break
            step = step / 2
        coef, height = coef + step, reached
        if np.abs(step).max() < NEWTON_TOLERANCE:
            break
    return coef, np.linalg.cholesky(_information(design, share[:, 1:], weights))


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
            product = weights * share[:, one] * ((one == other) - share[:, other])
            block = (design * product[:, None]).T @ design
            information[one, :, other, :] = information[other, :, one, :] = block
    information = information.reshape(classes * columns, classes * columns)
    return information + 1e-9 * np.trace(information) * np.eye(len(information))
