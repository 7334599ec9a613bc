# Golden values of R for tests/golden/test_adjusted_against_r.py: adjusted curves, and what stands in for Cox's model where hazards are
# not proportional. From this directory:
#   mkdir -p /tmp/golden && python reference_data.py /tmp/golden && Rscript make_adjusted.R /tmp/golden adjusted.json
suppressMessages({library(survival); library(riskRegression); library(mvtnorm); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
options(contrasts = c("contr.treatment", "contr.treatment"))

read <- function(name, ...) {
  data <- read.csv(file.path(arguments[1], paste0(name, ".csv")), na.strings = "")
  levels <- list(...)
  for (each in names(levels)) data[[each]] <- factor(data[[each]], levels[[each]])
  data
}
breast <- read("breast", grade = c("I", "II", "III"), hormone = c("no", "yes"), menopause = c("Pre", "Post"))
breast <- transform(breast, age = age / 10, nodes = log2(nodes))
veterans <- read("veterans", cell = c("squamous", "adeno", "large", "smallcell"), treatment = c("standard", "test"))
veterans <- transform(veterans, age = age / 10, score = score / 10)
lung <- read("lung", sex = c("male", "female"))
horizons <- c(24, 48, 60)

# Adjusted curves ---------------------------------------------------------------------------
area <- function(time, survival, horizon) { # below a step curve that begins at 1
  before <- time < horizon
  edges <- c(0, time[before], horizon)
  sum(diff(edges) * c(1, survival[before]))
}
steps <- function(time, survival) list(
  survival = sapply(horizons, function(h) c(1, survival)[sum(time <= h) + 1]),
  restricted_mean = sapply(horizons, function(h) area(time, survival, h)))
follow <- function(data, weights) {
  fit <- survfit(Surv(death_months, death_event) ~ 1, data = data, weights = weights)
  steps(fit$time, fit$surv)
}
covariates <- death_months ~ age + size + nodes + grade + menopause # the left side is not used
treated <- breast$hormone == "yes"
logistic <- glm(update(covariates, I(hormone == "yes") ~ .), binomial, breast, control = glm.control(1e-14, 100))
propensity <- unname(fitted(logistic))
share <- mean(treated)
weigh <- list(
  ATE = ifelse(treated, share / propensity, (1 - share) / (1 - propensity)),
  ATT = ifelse(treated, 1, propensity / (1 - propensity) * (1 - share) / share))
truncate <- function(w) pmin(pmax(w, quantile(w, 0.01)), quantile(w, 0.99))
fifths <- findInterval(propensity, quantile(propensity, 1:4 / 5, type = 1), left.open = TRUE)
cox <- coxph(update(covariates, Surv(death_months, death_event) ~ hormone + .), breast, x = TRUE,
             control = coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50))
standardise <- function(group, whom) {
  fit <- survfit(cox, newdata = transform(breast[whom, ], hormone = factor(group, levels(breast$hormone))))
  steps(fit$time, rowMeans(fit$surv))
}
average <- function(group, whom) { # of the fifths, by the share of `whom` in each
  sizes <- table(factor(fifths[whom], 0:4)) / sum(whom)
  parts <- lapply(0:4, function(f) follow(breast[fifths == f & (breast$hormone == group), ], NULL))
  lapply(c(survival = "survival", restricted_mean = "restricted_mean"),
         function(m) Reduce(`+`, Map(function(p, s) p[[m]] * s, parts, as.numeric(sizes))))
}
groups <- function(one) list(no = one("no"), yes = one("yes"))
adjust <- function(estimand, truncated) {
  w <- weigh[[estimand]]
  if (truncated) w <- truncate(w)
  whom <- if (estimand == "ATE") rep(TRUE, nrow(breast)) else treated
  weighted <- function(group) follow(breast[breast$hormone == group, ], w[breast$hormone == group])
  x <- model.matrix(covariates, breast)[, -1]
  spread <- sapply(colnames(x), function(n) { # a level by p (1 - p), a number by n - 1
    v <- function(z) if (all(z %in% 0:1)) mean(z) * (1 - mean(z)) else var(z)
    both <- c(v(x[treated, n]), v(x[!treated, n]))
    sqrt(if (estimand == "ATT") both[1] else mean(both))
  })
  differ <- function(w) apply(x, 2, function(z) weighted.mean(z[treated], w[treated]) - weighted.mean(z[!treated], w[!treated])) / spread
  list(
    unadjusted = groups(function(g) follow(breast[breast$hormone == g, ], NULL)),
    stratified = groups(function(g) average(g, whom)),
    weighted = groups(weighted),
    standardised = groups(function(g) standardise(g, whom)),
    balance = list(names = colnames(x), before = unname(differ(rep(1, nrow(x)))), after = unname(differ(w))),
    effective = sapply(groups(function(g) sum(w[breast$hormone == g])^2 / sum(w[breast$hormone == g]^2)), identity),
    largest = sapply(groups(function(g) max(w[breast$hormone == g])), identity))
}
# the same averages by another package
published <- ate(cox, data = breast, treatment = "hormone", times = horizons, se = FALSE, verbose = FALSE)

# The other covariate as a restricted cubic spline, with the knots of the patients and not of their windows
knots <- quantile(breast$age, c(0.05, 0.35, 0.65, 0.95))
curved <- breast
curved[c("a1", "a2", "a3")] <- unclass(Hmisc::rcspline.eval(breast$age, knots = knots, inclx = TRUE))

# Windows of time ---------------------------------------------------------------------------
windows <- function(data, variable, others, cuts, strata = NULL) {
  split <- survSplit(Surv(death_months, death_event) ~ ., data, cut = cuts, episode = "window")
  rest <- paste(c(others, if (!is.null(strata)) paste0("strata(", strata, ")")), collapse = " + ")
  x <- model.matrix(reformulate(variable), split)[, -1, drop = FALSE]
  made <- list()
  for (column in seq_len(ncol(x))) for (window in seq_len(length(cuts) + 1))
    made[[paste0("x", column, "w", window)]] <- x[, column] * (split$window == window)
  split <- cbind(split, as.data.frame(made))
  accurate <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)
  start <- "Surv(tstart, death_months, death_event) ~ "
  fit <- coxph(as.formula(paste0(start, paste(c(names(made), rest), collapse = " + "))), split, control = accurate)
  constant <- coxph(as.formula(paste0(start, variable, " + ", rest)), split, control = accurate)
  found <- summary(fit)
  at <- seq_along(made)
  statistic <- 2 * (fit$loglik[2] - constant$loglik[2])
  df <- length(coef(fit)) - length(coef(constant))
  list(ratio = unname(found$conf.int[at, 1]), lower = unname(found$conf.int[at, 3]), upper = unname(found$conf.int[at, 4]),
       p = unname(found$coefficients[at, 5]), statistic = statistic, df = df, p_change = pchisq(statistic, df, lower.tail = FALSE))
}

# Weighted curves that end with an event: whoever is left then has it, whatever rounding leaves of the weights
ending <- lapply(1:6, function(each) {
  months <- c(2, 3, 3, 5, 8, 9, 12, 12)
  event <- c(1, 1, 0, 1, 0, 1, 1, 1)
  w <- (seq_along(months) * c(0.13, 0.31, 0.7, 1.1, 1.7, 2.3)[each]) %% 1.3 + 0.1
  fit <- survfit(Surv(months, event) ~ 1, weights = w)
  list(months = months, event = event, weights = w, times = fit$time, survival = fit$surv)
})

# Weighted log-rank tests -------------------------------------------------------------------
weights <- list(c(0, 0), c(1, 0), c(0, 1), c(1, 1), c(0.5, 2))
weigh_events <- function(data, group) { # by hand: survdiff knows gamma = 0 only
  time <- data$death_months; event <- data$death_event; second <- data[[group]] == levels(data[[group]])[2]
  at <- sort(unique(time[event == 1]))
  n <- sapply(at, function(x) sum(time >= x)); n1 <- sapply(at, function(x) sum(time >= x & second))
  d <- sapply(at, function(x) sum(time == x & event == 1)); d1 <- sapply(at, function(x) sum(time == x & event == 1 & second))
  before <- c(1, head(cumprod(1 - d / n), -1))
  w <- sapply(weights, function(p) before^p[1] * (1 - before)^p[2])
  v <- ifelse(n > 1, d * n1 / n * (1 - n1 / n) * (n - d) / (n - 1), 0)
  u <- colSums(w * (d1 - d * n1 / n)); covariance <- t(w) %*% (w * v)
  z <- u / sqrt(diag(covariance)); largest <- max(abs(z[1:4]))
  set.seed(1)
  inside <- pmvnorm(rep(-largest, 4), rep(largest, 4), corr = cov2cor(covariance)[1:4, 1:4],
                    algorithm = GenzBretz(maxpts = 5e6, abseps = 1e-8))
  list(weights = do.call(rbind, weights), difference = u, covariance = unname(covariance), z = z, largest = largest, p = 1 - as.numeric(inside),
       survdiff = sapply(c(0, 1), function(rho) survdiff(reformulate(group, "Surv(death_months, death_event)"), data, rho = rho)$chisq))
}

write_json(list(
  ending = ending,
  adjusted = list(horizons = horizons, ATE = adjust("ATE", FALSE), ATT = adjust("ATT", FALSE), truncated = adjust("ATE", TRUE),
                  propensity = propensity, ate = matrix(1 - published$meanRisk$estimate, ncol = 2)),
  windows = list(
    number = windows(veterans, "score", c("age", "cell"), c(30, 90)),
    levels = windows(veterans, "cell", "score", 60, "treatment"),
    binary = windows(breast, "hormone", c("age", "grade"), c(12, 36)),
    spline = windows(curved, "hormone", c("a1", "a2", "a3"), c(12, 36), "menopause")),
  tests = list(lung = weigh_events(lung, "sex"), breast = weigh_events(breast, "hormone"),
               tied = weigh_events(transform(breast, death_months = ceiling(death_months)), "menopause"))
), arguments[2], auto_unbox = TRUE, digits = NA, pretty = FALSE)
