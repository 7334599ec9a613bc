# Golden values of R for tests/golden/test_influence_against_r.py. From this directory:
#   mkdir -p /tmp/golden && python reference_data.py /tmp/golden && Rscript make_influence.R /tmp/golden influence.json
suppressMessages({library(survival); library(rms); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
accurate <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)
breast <- read.csv(file.path(arguments[1], "breast.csv"), na.strings = "")
breast <- transform(breast, hormone = factor(hormone, c("no", "yes")), grade = factor(grade, c("I", "II", "III")), age = age / 10)
fit <- coxph(Surv(death_months, death_event) ~ age + hormone + grade + size + strata(menopause), breast, control = accurate)
dfbeta <- residuals(fit, type = "dfbeta"); dfbetas <- residuals(fit, type = "dfbetas")
# Fox and Monette's factor of grade, as car::vif computes it
r <- cov2cor(vcov(fit)); mine <- 3:4
grade <- det(r[mine, mine]) * det(r[-mine, -mine]) / det(r)
shown <- c(1, 7, 100, 333, nrow(breast))
write_json(list(shown = shown - 1, dfbeta = unname(dfbeta[shown, ]), dfbetas = unname(dfbetas[shown, ]),
                largest = unname(apply(dfbetas, 2, function(v) v[which.max(abs(v))])),
                beyond = unname(colSums(abs(dfbetas) > 2 / sqrt(nrow(breast)))), vif = unname(vif(fit)), grade = grade,
                condition = sqrt(max(eigen(r)$values) / min(eigen(r)$values))), arguments[2], digits = 15, auto_unbox = TRUE)
