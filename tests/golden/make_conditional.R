# Golden values of R for tests/golden/test_conditional_against_r.py: conditional survival as survfit of those at risk, and the
# parametric models without cured patients as survreg. From this directory:
#   mkdir -p /tmp/golden && python reference_data.py /tmp/golden && Rscript make_conditional.R /tmp/golden conditional.json
suppressMessages({library(survival); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
read <- function(name) read.csv(file.path(arguments[1], paste0(name, ".csv")), na.strings = "")
further <- c(6, 12, 36)

# Those observed beyond `given`, at risk from then or from their entry on: counting process from `given`, time counted from there
after <- function(start, stop, event, given) {
  kept <- stop > given
  start <- pmax(start[kept], given) - given
  fit <- survfit(Surv(start, stop[kept] - given, event[kept]) ~ 1, conf.type = "log-log")
  at <- summary(fit, times = further[further <= max(fit$time)], extend = TRUE)
  list(given = given, patients = sum(kept), time = at$time, survival = at$surv, lower = at$lower, upper = at$upper,
       at_risk = at$n.risk, events = sapply(at$time, function(t) sum(event[kept] == 1 & stop[kept] - given <= t)))
}
breast <- read("breast")
veterans <- read("veterans")
lung <- read("lung")
entry <- fromJSON(file.path(dirname(arguments[2]), "entry.json"))$data
conditional <- function(data, given) lapply(given, function(s) after(rep(0, nrow(data)), data$death_months, data$death_event, s))
plain <- function(data) lapply(c(weibull = "weibull", log_normal = "lognormal", log_logistic = "loglogistic", exponential = "exponential"),
  function(each) survreg(Surv(death_months, death_event) ~ 1, data, dist = each, control = survreg.control(rel.tolerance = 1e-14))$loglik[1])
write(toJSON(list(
  further = further,
  conditional = list(
    breast = conditional(breast, c(0, 12, 24, 36, 60)),
    lung = conditional(lung, c(0, 6, 12)),
    veterans = conditional(veterans, c(0, 1, 3, 6))
  ),
  delayed = lapply(c(0, 4, 8, 12), function(s) with(entry, after(start, stop, event, s))),
  plain = list(breast = plain(breast), lung = plain(lung))
), auto_unbox = TRUE, digits = NA), arguments[2])
