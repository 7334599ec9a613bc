# Golden values of a treatment that begins during follow-up: Rscript tests/golden/make_time_dependent.R > tests/golden/time_dependent.json
# R 4, survival 3.5. Made-up patients in whole months: ties among deaths, treatments at the time of another's death, treatments after 0 only
# for those who lived until then. `tmerge` makes the intervals, so that ours are not compared with ourselves.
library(survival)
library(jsonlite)
set.seed(23)
n <- 90
size <- round(runif(n, 1, 9), 1)
group <- sample(c("a", "b"), n, replace = TRUE)
time <- pmax(1, round(rexp(n, 0.05 * exp(0.08 * (size - 5)))))
dead <- rbinom(n, 1, 0.75)
planned <- round(rexp(n, 0.12))
treatment <- ifelse(planned < time, planned, NA) # also at 0, the day of the recurrence
data <- data.frame(id = seq_len(n), time, dead, treatment, size, group)

split <- tmerge(data, data, id = id, event = event(time, dead), treated = tdc(ifelse(treatment == 0, -1, treatment)))
split$treated[split$id %in% data$id[which(treatment == 0)]] <- 1
accurate <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)
quiet <- function(fit) list(coef = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit)))), loglik = fit$loglik, events = fit$nevent)
fit <- function(formula, data) quiet(coxph(formula, data, ties = "efron", control = accurate))

ever <- transform(data, treated = as.numeric(!is.na(treatment)))
at <- 3
landmark <- subset(data, time > at)
landmark <- transform(landmark, treated = as.numeric(!is.na(treatment) & treatment <= at), time = time - at)
curves <- survfit(Surv(time, dead) ~ treated, landmark, conf.type = "log-log")
at_times <- summary(curves, times = c(6, 12), extend = TRUE)
test <- survdiff(Surv(time, dead) ~ treated, landmark)
share <- prop.test(sum(!is.na(treatment)), n, correct = FALSE) # Wilson's limits
none <- prop.test(0, 10, correct = FALSE)
cat(toJSON(list(
  data = data,
  share = c(share$estimate, share$conf.int),
  share_of_none = none$conf.int,
  waiting = unname(quantile(treatment, c(0.5, 0.25, 0.75), na.rm = TRUE)),
  intervals = split[order(split$id, split$tstart), c("id", "tstart", "tstop", "event", "treated")],
  time_dependent = fit(Surv(tstart, tstop, event) ~ treated, split),
  time_dependent_adjusted = fit(Surv(tstart, tstop, event) ~ treated + size + group, split),
  naive = fit(Surv(time, dead) ~ treated, ever),
  naive_adjusted = fit(Surv(time, dead) ~ treated + size + group, ever),
  landmark = fit(Surv(time, dead) ~ treated, landmark),
  landmark_adjusted = fit(Surv(time, dead) ~ treated + size + group, landmark),
  landmark_log_rank = test$chisq,
  landmark_survival = list(group = as.character(at_times$strata), time = at_times$time, survival = at_times$surv, lower = at_times$lower, upper = at_times$upper,
                           at_risk = at_times$n.risk)
), digits = NA, auto_unbox = TRUE, na = "null"))
