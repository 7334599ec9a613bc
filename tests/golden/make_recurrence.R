# Golden values of R for tests/golden/test_recurrence_against_r.py: competing risks, rates, odds. From this directory:
#   Rscript make_recurrence.R recurrence.json
# The cohorts are made up here and go into the result as `inputs`: untied times of two groups, tied ones of four, and one with a group
# in which the cause of interest never happens.
suppressMessages({library(survival); library(cmprsk); library(jsonlite)})
set.seed(9)
RNGkind("Mersenne-Twister")
draw <- function(patients, groups, tied) {
  group <- sample(letters[seq_along(groups)], patients, TRUE, groups)
  rate <- 0.03 * (1 + (group == "b")) / (1 + (group == "c"))
  kind <- rexp(patients, rate)
  other <- rexp(patients, 0.02)
  lost <- runif(patients, 5, 90)
  months <- pmin(kind, other, lost)
  status <- ifelse(months == kind, 1, ifelse(months == other, 2, 0))
  if (tied) months <- ceiling(months / 4)
  data.frame(months = months, status = status, group = group)
}
cohorts <- list(untied = draw(120, c(2, 1), FALSE), tied = draw(200, 4:1, TRUE), without = draw(150, c(2, 2, 1), TRUE))
cohorts$without$status[cohorts$without$group == "c" & cohorts$without$status == 1] <- 2
digits <- function(x) sprintf("%.17g", x)

fine_gray <- function(data, cause) {
  x <- model.matrix(~ factor(data$group))[, -1, drop = FALSE]
  fit <- crr(data$months, data$status, x, failcode = cause, gtol = 1e-13, maxiter = 60)
  list(coef = unname(fit$coef), variance = unname(fit$var))
}
cause_specific <- function(data, cause) {
  fit <- coxph(Surv(months, status == cause) ~ group, data, control = coxph.control(eps = 1e-12, iter.max = 60))
  list(coef = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit)))))
}
naive <- function(data, cause, times) {
  fit <- survfit(Surv(months, status == cause) ~ 1, data)
  1 - summary(fit, times = times, extend = TRUE)$surv
}
results <- lapply(cohorts, function(data) {
  curves <- cuminc(data$months, data$status, data$group)
  one <- cuminc(data$months, data$status)
  times <- unname(quantile(data$months, c(0.25, 0.5, 0.75)))
  at <- timepoints(one, times)
  never <- any(tapply(data$status == 1, data$group, sum) == 0)
  found <- list(gray = unname(curves$Tests), times = times, incidence = unname(at$est), naive = list(naive(data, 1, times), naive(data, 2, times)),
                other = fine_gray(data, 2), inputs = list(months = digits(data$months), status = data$status, group = data$group))
  if (never) { # the coefficient of a group without the event: far out on the way to its limit
    x <- model.matrix(~ factor(data$group))[, -1, drop = FALSE]
    suppressWarnings(fit <- crr(data$months, data$status, x, init = c(0, -30), gtol = 1e-10, maxiter = 25))
    c(found, list(limit = list(coef = unname(fit$coef)[1], variance = fit$var[1, 1], far = unname(fit$coef)[2])))
  } else c(found, list(cause = fine_gray(data, 1), cox = cause_specific(data, 1)))
})

rates <- lapply(list(c(0, 12.5), c(1, 3.2), c(37, 80.1)), function(each) {
  limits <- poisson.test(each[1], each[2])$conf.int
  list(events = each[1], years = each[2], limits = as.numeric(limits))
})
odds <- lapply(list(c(166, 417, 63, 105), c(3, 9, 4, 6)), function(n) {
  table <- matrix(c(n[3], n[4] - n[3], n[1], n[2] - n[1]), 2)
  fit <- glm(t(table) ~ c(1, 0), family = binomial, epsilon = 1e-14)
  list(counts = n, log = unname(coef(fit)[2]), se = unname(sqrt(diag(vcov(fit)))[2]), p = fisher.test(table)$p.value)
})
# Survival after recurrence, from whole days: deaths and last contacts of one day are tied, which differences of months are not
after <- data.frame(recurrence = sample(20:1500, 300, TRUE), since = sample(1:90, 300, TRUE) * 20L, died = rbinom(300, 1, 0.6),
                    group = sample(c("a", "b"), 300, TRUE))
at <- c(12, 36)
fit <- survfit(Surv(since, died) ~ 1, after, conf.type = "log-log")
read <- summary(fit, times = at * 30.4375)
test <- survdiff(Surv(since, died) ~ group, after)
after <- list(inputs = after, times = at, survival = read$surv, lower = read$lower, upper = read$upper, median_days = quantile(fit, 0.5)$quantile[[1]],
              statistic = test$chisq)
arguments <- commandArgs(trailingOnly = TRUE)
write_json(list(cohorts = results, rates = rates, odds = odds, after = after), arguments[1], digits = NA, auto_unbox = TRUE)
