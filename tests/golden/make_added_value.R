# Golden values of R for tests/golden/test_added_value_against_r.py. From this directory:
#   mkdir -p /tmp/golden && python reference_data.py /tmp/golden && Rscript make_added_value.R /tmp/golden added_value.json
suppressMessages({library(survival); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
options(contrasts = c("contr.treatment", "contr.treatment"))
accurate <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)

read <- function(name, ...) {
  data <- read.csv(file.path(arguments[1], paste0(name, ".csv")), na.strings = "")
  levels <- list(...)
  for (each in names(levels)) data[[each]] <- factor(data[[each]], levels[[each]])
  data
}
breast <- read("breast", grade = c("I", "II", "III"), hormone = c("no", "yes"))
lung <- read("lung", ecog = c("0", "1", "2+"), sex = c("male", "female"))
recidivism <- read("recidivism", aid = c("no", "yes"), race = c("other", "black"))

# Base and extended model on the patients complete in both
compare <- function(data, base, addition, horizon) {
  data <- data[complete.cases(data[, c(base, addition)]), ]
  model <- function(names) do.call(coxph, list(reformulate(names, "Surv(death_months, death_event)"), data = data,
                                               ties = "efron", control = accurate, x = TRUE))
  small <- model(base); large <- model(c(base, addition))
  test <- anova(small, large)
  risk <- function(fit) 1 - drop(summary(survfit(fit, newdata = data), times = horizon)$surv)
  list(patients = nrow(data), events = sum(data$death_event),
       log_likelihood = c(small$loglik[2], large$loglik[2]),
       statistic = test$Chisq[2], df = test$Df[2], p_value = test[[4]][2],
       aic = c(AIC(small), AIC(large)),
       concordance = c(concordance(small)$concordance, concordance(large)$concordance),
       uno = c(concordance(small, timewt = "n/G2", ymax = horizon)$concordance,
               concordance(large, timewt = "n/G2", ymax = horizon)$concordance),
       horizon = horizon, risk = list(base = risk(small)[1:5], extended = risk(large)[1:5]))
}
# nobody of the first grade dies: its hazard ratio has no finite value, its patients stay in both likelihoods
eventless <- breast
eventless$death_event[eventless$grade == "I"] <- 0
likelihoods <- suppressWarnings(compare(eventless, c("nodes", "age"), "grade", 60))
golden <- list(
  eventless = likelihoods[c("patients", "events", "log_likelihood", "statistic", "df", "p_value", "aic")],
  breast = compare(breast, c("nodes", "age"), "grade", 60),
  lung = compare(lung, "age", c("ecog", "sex"), 365),
  recidivism = compare(recidivism, "prior", "race", 40))
write_json(golden, arguments[2], digits = I(15), auto_unbox = TRUE, na = "null")
