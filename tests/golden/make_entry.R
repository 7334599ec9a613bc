# Golden values with delayed entry (left truncation): Rscript tests/golden/make_entry.R > tests/golden/entry.json
# R 4, survival 3.5. Small made-up data with ties among deaths, and entries at the time of a death.
library(survival)
library(jsonlite)
set.seed(11)
n <- 80
group <- sample(c("a", "b", "c"), n, replace = TRUE)
size <- round(runif(n, 1, 9), 1)
stratum <- sample(1:2, n, replace = TRUE)
centre <- sample(1:12, n, replace = TRUE)
start <- pmax(0, sample(-6:14, n, replace = TRUE))
stop <- start + sample(1:30, n, replace = TRUE)
event <- rbinom(n, 1, 0.6)
start[1:3] <- 0
stop[1:3] <- c(25, 31, 40)
data <- data.frame(start, stop, event, group, size, stratum, centre)
y <- with(data, Surv(start, stop, event))

curve <- function(fit) with(fit, list(
  time = time, survival = surv, lower = lower, upper = upper, at_risk = n.risk, events = n.event
))
km <- function(rows, flip = FALSE) {
  part <- data[rows, ]
  outcome <- with(part, Surv(start, stop, if (flip) 1 - event else event))
  survfit(outcome ~ 1, data = part, conf.type = "log-log")
}
score <- function(formula, data) {
  fit <- coxph(formula, data)
  unname(fit$score)
}
pair <- subset(data, group != "c")
cox <- coxph(y ~ group + size, data)
robust <- coxph(y ~ group + size + cluster(centre), data)
stratified <- coxph(y ~ group + size + strata(stratum), data)
single <- coxph(y ~ size, data)
eventless <- transform(data, event = ifelse(group == "b", 0, event))
limit <- suppressWarnings(coxph(Surv(start, stop, event) ~ group + size, eventless, iter.max = 60))
interaction <- coxph(y ~ group * size, data)
zph <- cox.zph(cox, transform = "km")$table
quiet <- function(fit) list(coef = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit)))), loglik = fit$loglik)
later <- subset(data, stop > 8)
later <- transform(later, start = pmax(start - 8, 0), stop = stop - 8)
gap <- data.frame(start = c(0, 0, 10, 10, 10), stop = c(3, 5, 12, 15, 16), event = c(1, 0, 1, 1, 0))
alone <- data.frame(start = c(0, 5, 5, 5), stop = c(3, 9, 10, 12), event = c(1, 1, 0, 1))
small <- function(data) c(list(data = data), curve(survfit(Surv(start, stop, event) ~ 1, data, conf.type = "log-log")))
cat(toJSON(list(
  gap = small(gap),
  alone = small(alone),
  data = data,
  all = curve(km(rep(TRUE, n))),
  reverse_median = unname(quantile(km(rep(TRUE, n), TRUE), 0.5)$quantile),
  groups = lapply(split(seq_len(n), group), function(rows) curve(km(rows))),
  landmarks = with(summary(km(rep(TRUE, n)), times = c(5, 10, 20)), list(survival = surv, lower = lower, upper = upper)),
  after_landmark = curve(survfit(Surv(start, stop, event) ~ 1, later, conf.type = "log-log")),
  cox_after_landmark = quiet(coxph(Surv(start, stop, event) ~ size, later)),
  log_rank = score(y ~ group, data),
  log_rank_stratified = score(y ~ group + strata(stratum), data),
  log_rank_pair = score(Surv(start, stop, event) ~ group, pair),
  trend = score(y ~ as.numeric(factor(group)), data),
  cox = quiet(cox),
  robust_se = unname(sqrt(diag(robust$var))),
  stratified = quiet(stratified),
  single = quiet(single),
  limit = list(loglik = limit$loglik, coef = unname(coef(limit)[c(2, 3)]), se = unname(sqrt(diag(vcov(limit))[c(2, 3)]))),
  interaction_p = anova(cox, interaction)[2, "Pr(>|Chi|)"],
  zph = unname(zph[, "chisq"]),
  zph_terms = rownames(zph)
), digits = NA, auto_unbox = TRUE))
