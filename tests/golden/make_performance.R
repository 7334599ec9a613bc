# Golden values of R for tests/golden/test_performance_against_r.py. From this directory:
#   mkdir -p /tmp/golden && python reference_data.py /tmp/golden && Rscript make_performance.R /tmp/golden performance.json
suppressMessages({library(survival); library(rms); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
options(contrasts = c("contr.treatment", "contr.treatment"))

read <- function(name, ...) {
  data <- read.csv(file.path(arguments[1], paste0(name, ".csv")), na.strings = "")
  levels <- list(...)
  for (each in names(levels)) data[[each]] <- factor(data[[each]], levels[[each]])
  data
}
breast <- read("breast", grade = c("I", "II", "III"), hormone = c("no", "yes"))
lung <- read("lung", ecog = c("0", "1", "2+"), sex = c("male", "female"))
veterans <- read("veterans", cell = c("squamous", "adeno", "large", "smallcell"), treatment = c("standard", "test"))
recidivism <- read("recidivism", aid = c("no", "yes"), race = c("other", "black"))
breast$code <- as.numeric(breast$grade)
whole <- transform(breast, death_months = ceiling(death_months)) # deaths and censorings share times
lung <- lung[complete.cases(lung[, c("age", "ecog")]), ]
lung$code <- as.numeric(lung$ecog)

# Two scores on the same patients: C and their joint infinitesimal-jackknife variance ------------
pair <- function(data, first, second, tau) {
  # not fitted: a coefficient of 1 keeps the direction of the score
  fixed <- function(name) do.call(coxph, list(as.formula(paste("Surv(death_months, death_event) ~", name)), data = data,
                                              init = 1, control = coxph.control(iter.max = 0)))
  describe <- function(...) {
    fit <- do.call(concordance, list(fixed(first), fixed(second), ...)) # its own dots do not nest
    list(c = unname(fit$concordance), variance = unname(fit$var))
  }
  list(harrell = describe(), uno = describe(timewt = "n/G2"),
       uno_until = describe(timewt = "n/G2", ymax = tau))
}
set.seed(5)
drawn <- tabulate(sample(nrow(whole), replace = TRUE), nrow(whole))
kept <- drawn > 0
weighted <- function(...)
  concordance(Surv(death_months, death_event) ~ nodes, whole[kept, ], weights = drawn[kept], reverse = TRUE, ...)$concordance

# Cox models in resamples --------------------------------------------------------------------
accurate <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)
refit <- function(data, formula, resamples) {
  x <- model.matrix(formula, data)[, -1]
  y <- Surv(data$death_months, data$death_event)
  n <- nrow(data)
  indices <- lapply(seq_len(resamples), function(i) sample(n, replace = TRUE))
  rows <- lapply(indices, function(index) {
    fit <- coxph(y[index] ~ x[index, ], ties = "efron", control = accurate)
    linear <- drop(x %*% coef(fit))
    list(counts = tabulate(index, n), coef = unname(coef(fit)),
         training = concordance(y[index] ~ linear[index], reverse = TRUE)$concordance,
         test = concordance(y ~ linear, reverse = TRUE)$concordance,
         slope = unname(coef(coxph(y ~ linear, control = accurate))))
  })
  rows
}
optimism <- function(data, formula, B) {
  set.seed(11)
  fit <- do.call(cph, list(update(formula, Surv(death_months, death_event) ~ .), data = data, x = TRUE, y = TRUE, method = "efron"))
  table <- unclass(rms::validate(fit, B = B))
  list(dxy = unname(table["Dxy", 1:5]), slope = unname(table["Slope", 1:5]), resamples = B)
}

# Survival predicted by a Cox model -----------------------------------------------------------
predicted <- function(data, formula, times) {
  fit <- do.call(coxph, list(update(formula, Surv(death_months, death_event) ~ .), data = data, control = accurate))
  list(times = times, survival = t(summary(survfit(fit, newdata = data[1:5, ]), times = times)$surv))
}

set.seed(7)
golden <- list(
  pairs = list(breast = pair(breast, "nodes", "code", 60), whole = pair(whole, "nodes", "code", 60),
               lung = pair(lung, "code", "age", 365),
               recidivism = pair(recidivism, "prior", "age", 40)),
  weighted = list(counts = drawn, harrell = weighted(), uno = weighted(timewt = "n/G2")),
  refits = list(breast = refit(breast, ~ age + nodes + size + grade + hormone, 8),
                recidivism = refit(recidivism, ~ age + prior + aid + race, 8),
                veterans = refit(veterans, ~ score + treatment + cell, 8)),
  optimism = list(breast = optimism(breast, ~ age + nodes + size + grade + hormone, 2000),
                  veterans = optimism(veterans, ~ age + score + treatment + cell, 2000)),
  survival = list(breast = predicted(breast, ~ nodes, c(12, 36, 60)),
                  recidivism = predicted(recidivism, ~ age + prior, c(12, 26, 52))))
write_json(golden, arguments[2], digits = I(15), auto_unbox = TRUE, na = "null")
