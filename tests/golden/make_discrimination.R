# Golden values of R for discrimination and accuracy, on untied times and on times rounded to months. From this directory:
#   mkdir -p /tmp/golden && python reference_data.py /tmp/golden && Rscript make_discrimination.R /tmp/golden discrimination.json
suppressMessages({library(survival); library(riskRegression); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
options(contrasts = c("contr.treatment", "contr.treatment"))

read <- function(name) read.csv(file.path(arguments[1], paste0(name, ".csv")), na.strings = "")
prepare <- function(data, score, rounded = FALSE, every_time_once = FALSE) {
  data <- data.frame(months = data$death_months, event = data$death_event, score = data[[score]], age = data$age)
  data <- data[complete.cases(data), ]
  if (rounded) data$months <- ceiling(data$months)
  # rank and a fraction of the row: as many times as patients
  if (every_time_once) data$months <- rank(data$months, ties.method = "first") / 10
  data
}
breast <- read("breast")
cohorts <- list(
  untied = list(data = prepare(breast, "nodes", every_time_once = TRUE), horizons = c(12, 30, 50), tau = 60),
  days = list(data = prepare(breast, "nodes"), horizons = c(12, 36, 60), tau = 72),
  months = list(data = prepare(breast, "nodes", rounded = TRUE), horizons = c(12, 36, 60), tau = 72),
  lung = list(data = prepare(read("lung"), "score"), horizons = c(180, 365, 540), tau = 700), # a lower Karnofsky score is worse
  recidivism = list(data = prepare(read("recidivism"), "prior"), horizons = c(13, 26, 45), tau = 50))

# The predictions are those of a Cox model whose coefficients and baseline are rounded, so that Python can make them from what is kept here.
describe <- function(cohort) {
  data <- cohort$data
  fit <- coxph(Surv(months, event) ~ score + age, data, x = TRUE)
  coef <- signif(unname(coef(fit)), 6)
  data$linear <- coef[1] * data$score + coef[2] * data$age
  average <- data.frame(score = mean(data$score), age = mean(data$age))
  baseline <- signif(summary(survfit(fit, newdata = average), times = cohort$horizons)$surv ^ exp(-sum(coef * unlist(average))), 6)
  survival <- exp(outer(exp(data$linear), log(baseline)))
  concordances <- function(formula) {
    found <- list(harrell = concordance(formula, data, reverse = TRUE),
                  uno = concordance(formula, data, reverse = TRUE, timewt = "n/G2"),
                  uno_until = concordance(formula, data, reverse = TRUE, timewt = "n/G2", ymax = cohort$tau))
    lapply(found, function(each) unname(each$concordance))
  }
  # a score has no probability: any rising function of it has its AUC
  ranked <- matrix(rank(data$score) / (nrow(data) + 1), nrow(data), length(cohort$horizons))
  found <- Score(list(linear = 1 - survival, score = ranked), formula = Surv(months, event) ~ 1, data = data, times = cohort$horizons,
                 cens.model = "km", metrics = c("auc", "brier"), null.model = TRUE, se.fit = FALSE, summary = "ibs")
  auc <- as.data.frame(found$AUC$score)
  brier <- as.data.frame(found$Brier$score)
  list(patients = nrow(data), events = sum(data$event), horizons = cohort$horizons, tau = cohort$tau, coef = coef, baseline = baseline,
       concordance = list(linear = concordances(Surv(months, event) ~ linear), score = concordances(Surv(months, event) ~ score)),
       auc = list(linear = auc$AUC[auc$model == "linear"], score = auc$AUC[auc$model == "score"]),
       brier = brier$Brier[brier$model == "linear"], null_brier = brier$Brier[brier$model == "Null model"],
       # a sum of left steps from 0 over the horizons, not the trapezoids of scikit-survival
       integrated_brier = brier$IBS[brier$model == "linear"])
}
golden <- c(list(versions = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival")),
                                 riskRegression = as.character(packageVersion("riskRegression")))),
            lapply(cohorts, describe))
write_json(golden, arguments[2], digits = I(15), auto_unbox = TRUE, na = "null")
