# Golden values of R for tests/golden/test_calculator_against_r.py: predicted survival of one patient with 95% limits, in a model with a
# spline and in one with strata. From this directory:
#   mkdir -p /tmp/golden && python reference_data.py /tmp/golden && Rscript make_calculator.R /tmp/golden calculator.json
suppressMessages({library(survival); library(Hmisc); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
accurate <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)
breast <- read.csv(file.path(arguments[1], "breast.csv"), na.strings = "")
breast$death_months <- ceiling(breast$death_months) # tied deaths
breast$grade <- factor(breast$grade, c("I", "II", "III"))
breast$hormone <- factor(breast$hormone, c("no", "yes"))
breast$log_nodes <- log2(breast$nodes)
times <- c(12, 36, 60)
knots <- attr(rcspline.eval(breast$age, nk = 4), "knots")
basis <- rcspline.eval(breast$age, knots = knots, inclx = TRUE)
for (place in 1:3) breast[[paste0("age", place)]] <- basis[, place]
right <- "Surv(death_months, death_event) ~ age1 + age2 + age3 + log_nodes + grade + hormone"
forms <- list(plain = right, strata = paste(right, "+ strata(menopause)"))
chosen <- seq(1, nrow(breast), by = 23)
predict_one <- function(fit, row) {
  found <- summary(survfit(fit, newdata = breast[row, ], conf.type = "log-log"), times = times)
  list(survival = c(found$surv), lower = c(found$lower), upper = c(found$upper), at_risk = c(found$n.risk))
}
results <- lapply(forms, function(form) {
  fit <- coxph(as.formula(form), data = breast, ties = "efron", control = accurate, model = TRUE)
  lapply(chosen, function(row) predict_one(fit, row))
})
write_json(c(list(times = times, knots = knots, rows = chosen - 1), results), arguments[2], digits = NA, auto_unbox = TRUE, pretty = FALSE)
