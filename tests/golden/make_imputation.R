# Golden values of R for tests/golden/test_imputation_against_r.py. From this directory:
#   Rscript make_imputation.R imputation.json
suppressMessages({library(survival); library(mice); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
options(contrasts = c("contr.treatment", "contr.treatment"))
accurate <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)

# Synthetic patients whose values are missing by what is known of them and by their outcome --------
set.seed(20240517)
n <- 400
age <- round(rnorm(n, 63, 10))
marker <- round(exp(rnorm(n, 2.5 + 0.02 * (age - 63), 1.2)), 1) + 0.1
grade <- 1 + (0.5 * log2(marker) + rnorm(n, 0, 2) > 1.5) + (0.5 * log2(marker) + rnorm(n, 0, 2) > 3)
node <- rbinom(n, 1, plogis(-1 + 0.3 * log2(marker)))
gumbel <- function() -log(-log(runif(n)))
utility <- cbind(gumbel(), -0.4 + 0.8 * node + gumbel(), 0.3 - 0.03 * (age - 63) + gumbel())
site <- max.col(utility)
hazard <- exp(0.02 * (age - 63) + 0.25 * (log2(marker) - 3.6) + 0.5 * node + c(0, 0.4, -0.3)[site] + 0.2 * (grade - 2))
death <- rexp(n, hazard / 45)
censored <- runif(n, 6, 110)
data <- data.frame(months = ceiling(pmin(death, censored)), event = as.numeric(death <= censored), age = age, marker = marker,
                   grade = as.character(grade), node = c("no", "yes")[node + 1], site = c("right", "left", "rectum")[site])
lose <- function(chance) runif(n) < plogis(chance)
data$marker[lose(-1.6 + 0.9 * data$event + 0.03 * (age - 63))] <- NA
data$node[lose(-1.4 + 0.8 * data$event)] <- NA
data$site[lose(-1.5 + 0.7 * (data$months > 30))] <- NA
data$grade[lose(-1.5 + 0.04 * (age - 63))] <- NA

# Imputed by mice ------------------------------------------------------------------------------
prepared <- data
at_risk <- sapply(data$months, function(t) sum(data$months >= t)) # basehaz splits ties as Efron does
prepared$hazard <- sapply(data$months, function(t) sum((data$event / at_risk)[data$months <= t]))
prepared$months <- NULL
prepared$marker <- log2(data$marker)
prepared$grade <- as.numeric(data$grade)
prepared$node <- factor(data$node, c("no", "yes"))
prepared$site <- factor(data$site, c("right", "left", "rectum"))
# mice's polyreg takes the coefficients as known; of a bootstrap of the patients they are a draw, as in its logreg.boot.
# node is by logreg, whose draw is of the normal approximation: with two common levels that must agree with a bootstrap.
mice.impute.drawn <- function(y, ry, x, wy = NULL, ...) {
  if (is.null(wy)) wy <- !ry
  chosen <- c(sample(which(ry), replace = TRUE), which(wy))
  mice.impute.polyreg(y[chosen], ry[chosen], x[chosen, , drop = FALSE], wy[chosen])
}
analyse <- function(imputed) {
  fits <- with(imputed, coxph(Surv(data$months, event) ~ age + marker + grade + node + site, control = accurate))
  list(estimates = t(sapply(fits$analyses, coef)), variances = t(sapply(fits$analyses, function(fit) diag(vcov(fit)))), fits = fits)
}
m <- 400
methods <- c(event = "", age = "", marker = "pmm", grade = "pmm", node = "logreg", site = "drawn", hazard = "")
imputed <- mice(prepared, m = m, maxit = 10, method = methods[names(prepared)], seed = 1, printFlag = FALSE)
found <- analyse(imputed)
share <- function(name, level) mean(sapply(seq_len(m), function(i) mean(imputed$imp[[name]][, i] == level)))
average <- function(name) mean(colMeans(imputed$imp[[name]]))
table <- summary(pool(found$fits, dfcom = Inf), type = "all", conf.int = TRUE)

# Rubin's rules: of 7 imputations, so that between-imputation variance matters ----------------------
few <- analyse(mice(prepared, m = 7, maxit = 5, method = methods[names(prepared)], seed = 2, printFlag = FALSE))
keys <- c("estimate", "std.error", "2.5 %", "97.5 %", "df", "statistic", "p.value", "b", "ubar", "t", "riv", "lambda", "fmi")
pooled <- function(fits, ...) {
  rows <- summary(pool(fits, ...), type = "all", conf.int = TRUE)
  list(dfcom = if (is.infinite(rows$dfcom[1])) "infinite" else rows$dfcom[1], rows = unname(as.matrix(rows[, keys])))
}
# C-index by the logit, by hand from mice::pool.scalar
c_fits <- lapply(1:7, function(i) concordance(Surv(months, event) ~ complete(imputed, i)$marker, data, reverse = TRUE))
c_index <- sapply(c_fits, function(fit) fit$concordance)
c_variance <- sapply(c_fits, function(fit) fit$var)
scalar <- pool.scalar(qlogis(c_index), c_variance / (c_index * (1 - c_index))^2, n = Inf)
limits <- plogis(scalar$qbar + c(-1, 1) * qt(0.975, scalar$df) * sqrt(scalar$t))

# Influence of every patient on C, with ties in everything -------------------------------------------
tied <- data.frame(months = sample(1:12, 60, TRUE), event = rbinom(60, 1, 0.6), first = sample(0:4, 60, TRUE), second = sample(0:2, 60, TRUE))
influence <- function(name, data) {
  fit <- concordance(as.formula(paste("Surv(months, event) ~", name)), data, reverse = TRUE, influence = 1)
  list(c = fit$concordance, variance = fit$var, influence = unname(fit$dfbeta))
}
fixed <- function(name) do.call(coxph, list(as.formula(paste("Surv(months, event) ~", name)), data = tied,
                                            init = 1, control = coxph.control(iter.max = 0)))
joint <- concordance(fixed("first"), fixed("second"))

# Perfect prediction: the pseudo-patients of mice --------------------------------------------------
separated <- data.frame(first = round(rnorm(40), 2), second = rbinom(40, 1, 0.4))
wanted <- rep(c(TRUE, TRUE, TRUE, FALSE), 10)
class <- ifelse(wanted, as.numeric(separated$first > 0.2), NA)
augmented <- mice:::augment(class, wanted, separated, !wanted)
rows <- augmented$ry
fit <- glm(y ~ first + second, quasibinomial, data.frame(augmented$x, y = augmented$y)[rows, ], weights = augmented$w[rows],
           control = glm.control(epsilon = 1e-14, maxit = 100))
design <- cbind(1, as.matrix(separated))

golden <- list(
  r = R.version.string, mice = as.character(packageVersion("mice")),
  data = as.list(data),
  hazard = prepared$hazard,
  imputed = list(m = m, terms = as.character(table$term), estimate = table$estimate, se = table$std.error,
                 between = table$b, lambda = table$lambda,
                 marker = average("marker"), grade = average("grade"), yes = share("node", "yes"),
                 left = share("site", "left"), rectum = share("site", "rectum")),
  pooled = list(estimates = unname(few$estimates), variances = unname(few$variances), keys = keys,
                cases = list(pooled(few$fits), pooled(few$fits, dfcom = Inf), pooled(few$fits, dfcom = 11))),
  c_index = list(estimates = c_index, variances = c_variance, estimate = plogis(scalar$qbar), lower = limits[1], upper = limits[2],
                 df = scalar$df, fmi = scalar$fmi),
  separated = c(as.list(separated), list(recorded = which(wanted) - 1, class = class[wanted], linear = drop(design %*% coef(fit)))),
  tied = c(as.list(tied), list(fits = list(first = influence("first", tied), second = influence("second", tied)),
                               joint = unname(joint$var))))
write_json(golden, arguments[1], digits = I(15), auto_unbox = TRUE, na = "null")
