# Golden values of R for tests/golden/test_conventions_against_r.py: the conventions on which packages differ. From this directory:
#   mkdir -p /tmp/golden && python reference_data.py /tmp/golden && Rscript make_conventions.R /tmp/golden conventions.json
# The made-up cohorts stand below and go into the result as `inputs`; their times are texts of 17 digits, because 15 would undo near ties.
suppressMessages({library(survival); library(cmprsk); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
options(contrasts = c("contr.treatment", "contr.treatment"))

read <- function(name, ...) {
  data <- read.csv(file.path(arguments[1], paste0(name, ".csv")), na.strings = "")
  levels <- list(...)
  for (each in names(levels)) data[[each]] <- factor(data[[each]], levels[[each]])
  data
}
breast <- read("breast", grade = c("I", "II", "III"), hormone = c("no", "yes"), menopause = c("Pre", "Post"))
lung <- read("lung", ecog = c("0", "1", "2+"), sex = c("male", "female"))
veterans <- read("veterans", cell = c("squamous", "adeno", "large", "smallcell"), treatment = c("standard", "test"))
recidivism <- read("recidivism", aid = c("no", "yes"), race = c("other", "black"))
graft <- read("graft")
whole <- transform(breast, death_months = ceiling(death_months)) # deaths and censorings share times
digits <- function(x) sprintf("%.17g", x)
tail_of <- function(statistic, df) pchisq(statistic, df, lower.tail = FALSE)
quietly <- function(expression) { # the value and the warnings
  told <- character()
  value <- withCallingHandlers(expression, warning = function(w) { told <<- c(told, conditionMessage(w)); invokeRestart("muffleWarning") })
  list(value = value, warnings = told)
}

# Kaplan-Meier, its medians ------------------------------------------------------------------
medians <- function(time, event, type = "log-log") {
  fit <- survfit(Surv(time, event) ~ 1, conf.type = type)
  printed <- unname(summary(fit)$table[c("median", "0.95LCL", "0.95UCL")])
  quantiles <- quantile(fit, 0.5)
  list(printed = printed, quantile = unname(c(quantiles$quantile, quantiles$lower, quantiles$upper)))
}
survival_at <- function(time, event, times, type = "log-log") {
  at <- summary(survfit(Surv(time, event) ~ 1, conf.type = type), times = times, extend = TRUE)
  list(time = at$time, survival = at$surv, se = at$std.err, lower = at$lower, upper = at$upper, at_risk = at$n.risk)
}
log_rank <- function(fit) {
  expected <- as.matrix(fit$exp)
  kept <- rowSums(expected) > 0
  list(observed = unname(rowSums(as.matrix(fit$obs))), expected = unname(rowSums(expected)), statistic = fit$chisq,
       df = sum(kept) - 1, p = tail_of(fit$chisq, sum(kept) - 1))
}

# Cox ---------------------------------------------------------------------------------------
accurate <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)
cox <- function(formula, data, ties = "efron", control = accurate) {
  run <- quietly(do.call(coxph, list(formula, data = data, ties = ties, x = TRUE, control = control)))
  fit <- run$value
  list(patients = fit$n, events = fit$nevent, columns = names(coef(fit)), coef = unname(coef(fit)),
       se = unname(sqrt(pmax(diag(fit$var), 0))), null = fit$loglik[1], log_likelihood = fit$loglik[2], lr = 2 * diff(fit$loglik),
       df = sum(!is.na(coef(fit))), p = tail_of(2 * diff(fit$loglik), sum(!is.na(coef(fit)))), aic = AIC(fit),
       concordance = if (fit$nevent > 0) unname(concordance(fit)$concordance) else NA, warnings = run$warnings)
}
compare <- function(smaller, larger, data) {
  fits <- lapply(list(smaller, larger), function(each)
    quietly(do.call(coxph, list(each, data = data, control = accurate)))$value)
  # without covariates there is one likelihood; a column that R drops is no parameter
  likelihood <- sapply(fits, function(fit) tail(fit$loglik, 1))
  parameters <- sapply(fits, function(fit) sum(!is.na(coef(fit))))
  list(lr = 2 * diff(likelihood), df = diff(parameters), p = tail_of(2 * diff(likelihood), diff(parameters)))
}

# a. Near ties ------------------------------------------------------------------------------
vectors <- list(
  months_of_15_and_17_digits = c(471 / 30.4375, 15.4743326488706, 500 / 30.4375, 16.4271047227926, 16.5),
  inside_absolute = c(1, 1 + 1.4e-8, 2), outside_absolute = c(0.5, 0.5 + 1.6e-8, 0.25),
  inside_relative = c(1000, 1000 + 1e-6, 100), # 1e-6 / mean(100, 1000, 1000) < 1.49e-8 holds
  outside_relative = c(1000, 1000 + 2e-5, 100),
  mean_of_distinct_times = c(1000, 1000 + 6e-6, 1, 1, 1, 1, 1, 1), # the mean of all times would not merge them
  chain = 5 + c(0, 1, 2, 3, 4) * 1e-8, # ends more than the tolerance apart, all become 5
  small_times = c(1e-9, 2e-9, 1e-8, 1), zero = c(0, 1e-9, 3), nothing_to_merge = c(3, 1, 2, 2))
timefix <- lapply(vectors, function(x) list(times = digits(x), merged = digits(aeqSurv(Surv(x, rep(1, length(x))))[, 1])))

i <- 0:39
days <- c(471, 500, 620, 800, 900)[(i * 7 + i %/% 9) %% 5 + 1]
short <- as.numeric(formatC(days / 30.4375, digits = 15, format = "g")) # what a second export wrote
near <- data.frame(months = ifelse(i %% 3 == 0, days / 30.4375, short), event = as.integer((i * 5) %% 7 > 1),
                   arm = factor(ifelse((i * 11) %% 13 > 6, "b", "a")), age = 45 + (i * 17) %% 31)
dated <- data.frame( # a death dated, a last contact in days: the same day, 365 / 30.4375 and its text of 12 digits, the deaths later
  months = c(rep(c(365 / 30.4375, 11.9917864477), 6), 200 / 30.4375, 700 / 30.4375, 720 / 30.4375, 640 / 30.4375),
  event = c(rep(c(0, 1), 6), 1, 0, 1, 1), arm = factor(rep(c("a", "a", "b", "b"), 4)))
near_ties <- function(data, covariates, landmarks, timefix) {
  control <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50, timefix = timefix)
  fit <- survfit(Surv(months, event) ~ 1, data, conf.type = "log-log", timefix = timefix)
  at <- summary(fit, times = landmarks)
  list(times = length(fit$time), landmarks = landmarks, survival = at$surv, lower = at$lower, upper = at$upper, at_risk = at$n.risk,
       median = unname(summary(fit)$table[c("median", "0.95LCL", "0.95UCL")]),
       log_rank = if (timefix) log_rank(survdiff(Surv(months, event) ~ arm, data)), # its own timefix = FALSE stops in 3.5-3
       cox = cox(reformulate(covariates, "Surv(months, event)"), data, control = control))
}

# b. Levels, groups and numbers that separate --------------------------------------------------
eventless <- data.frame(months = 2 + (i * 11) %% 41, group = factor(c("w", "x", "y", "z")[i %% 4 + 1]),
                        side = factor(c("left", "right", "both", "left", "right")[(i * 3 + i %/% 4) %% 5 + 1], c("left", "right", "both")),
                        age = 40 + (i * 23) %% 37, treated = factor(ifelse((i %/% 4) %% 3 == 0, "no", "yes")))
eventless$event <- as.integer(eventless$group != "z" & eventless$side != "both" & (i * 7) %% 5 > 0)
eventless$event_of_group <- as.integer(eventless$group != "z" & (i * 7) %% 5 > 0)
j <- 0:13
separating <- data.frame(months = 1 + j, event = as.integer(j < 5), marker = c(30, 29, 27, 26, 25, (j[6:14] * 5) %% 19))
k <- 0:39
subgroup <- data.frame(months = 3 + (k * 7) %% 37, sex = factor(ifelse(k %% 2 == 0, "female", "male")), chemo = factor(ifelse(k < 30, "yes", "no")))
subgroup$event <- as.integer(subgroup$chemo == "yes" & k %% 3 > 0)
of_group <- Surv(months, event_of_group) ~ group
levels_without_events <- list(
  factor = cox(of_group, eventless), factor_log_rank = log_rank(survdiff(of_group, eventless)),
  factor_and_number = cox(Surv(months, event_of_group) ~ group + age, eventless),
  factor_in_model = compare(Surv(months, event_of_group) ~ age, Surv(months, event_of_group) ~ group + age, eventless),
  two_factors = cox(Surv(months, event) ~ group + side + age, eventless),
  two_factors_group = compare(Surv(months, event) ~ side + age, Surv(months, event) ~ group + side + age, eventless),
  two_factors_side = compare(Surv(months, event) ~ group + age, Surv(months, event) ~ group + side + age, eventless),
  interaction = compare(Surv(months, event_of_group) ~ group + treated, Surv(months, event_of_group) ~ group * treated, eventless),
  separating_number = cox(Surv(months, event) ~ marker, separating),
  subgroup_all = cox(Surv(months, event) ~ sex, subgroup),
  subgroup_yes = cox(Surv(months, event) ~ sex, subset(subgroup, chemo == "yes")),
  subgroup_no = cox(Surv(months, event) ~ sex, subset(subgroup, chemo == "no")),
  subgroup_interaction = compare(Surv(months, event) ~ sex + chemo, Surv(months, event) ~ sex * chemo, subgroup),
  never_at_risk = log_rank(survdiff(Surv(c(1, 2, 3, 4, 5, 6, 1, 1), c(0, 0, 1, 1, 1, 0, 0, 0)) ~ rep(c("a", "b", "c"), c(3, 3, 2)))))

# c. Median on a flat one half ----------------------------------------------------------------
flat <- list(
  four_deaths = list(time = c(10, 20, 30, 40), event = c(1, 1, 1, 1)),
  six_deaths = list(time = 1:6, event = rep(1, 6)), # the product ends 1e-16 above one half
  fourteen_deaths = list(time = 1:14, event = rep(1, 14)),
  hundred_deaths = list(time = (1:100) ^ 1.5, event = rep(1, 100)),
  censored_on_the_flat = list(time = c(10, 20, 24, 30, 40), event = c(1, 1, 0, 1, 1)),
  flat_at_half_to_the_next_death = list(time = c(10, 20, 25, 28, 33, 41), event = c(1, 1, 1, 0, 1, 1)),
  ends_at_half = list(time = c(10, 20, 30, 40), event = c(1, 1, 0, 0)), # R's print and quantile differ here
  never_reached = list(time = c(10, 20, 30, 40), event = c(1, 0, 0, 0)),
  follow_up_flat = list(time = c(10, 20, 30, 40), event = c(0, 0, 0, 0)),
  ties = list(time = c(5, 5, 8, 8, 12, 12), event = c(1, 1, 1, 0, 1, 1)),
  starts_at_half = list(time = c(4, 4, 9, 12), event = c(1, 1, 1, 1)))
flat_medians <- lapply(flat, function(x)
  c(x, list(median = medians(x$time, x$event), follow_up = medians(x$time, 1 - x$event))))

# d. Landmark: only times beyond it ------------------------------------------------------------
beyond <- function(data, landmark) transform(subset(data, months > landmark), months = months - landmark)
exact <- data.frame(months = c(6, 12, 30, 18, 6, 6, 14, 20, 40, 3, 6, 26, 9, 6, 33, 15),
                    event = c(1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 0, 1),
                    adjuvant = factor(c("yes", "yes", "yes", "yes", "no", "no", "no", "no", "no", "no", "yes", "no", "yes", "no", "yes", "no")))
landmark_of <- function(data, landmark, group, times) {
  data$group <- data[[group]]
  later <- beyond(data, landmark)
  list(landmark = landmark, patients = nrow(later), events = sum(later$event), curve = survival_at(later$months, later$event, times),
       first_survival = summary(survfit(Surv(months, event) ~ 1, later), times = 0)$surv, medians = medians(later$months, later$event),
       log_rank = log_rank(survdiff(Surv(months, event) ~ group, later)), cox = cox(Surv(months, event) ~ group, later))
}
renamed <- function(data) { names(data)[match(c("death_months", "death_event"), names(data))] <- c("months", "event"); data }
landmarks <- list(exact = landmark_of(exact, 6, "adjuvant", c(3, 6, 12, 30)),
                  whole = landmark_of(renamed(whole), 24, "hormone", c(6, 12, 36)),
                  recidivism = landmark_of(renamed(recidivism), 20, "aid", c(5, 20, 32)))

# e. Intervals and ties -------------------------------------------------------------------------
intervals <- function(data, times) sapply(c("log-log", "log", "plain", "arcsin"), simplify = FALSE, function(type)
  list(at = survival_at(data$death_months, data$death_event, times, type), median = medians(data$death_months, data$death_event, type)))
ties <- function(formula, data) sapply(c("efron", "breslow", "exact"), simplify = FALSE, function(type) {
  found <- cox(formula, data, type)
  found$concordance <- found$warnings <- NULL
  found
})

# The test of cox.zph before survival 3.0, as its code of 2.44 has it: the covariance of the scaled Schoenfeld residuals with time, one
# column at a time, as if every death had the average information; time is one minus the Kaplan-Meier estimate just before it.
old_zph <- function(formula, data) {
  fit <- do.call(coxph, list(formula, data = data, control = accurate))
  residuals <- as.matrix(residuals(fit, type = "schoenfeld"))
  curve <- survfit(Surv(death_months, death_event) ~ 1, data)
  dying <- curve$n.event > 0
  deaths <- as.numeric(rownames(residuals)) # their times, within strata
  time <- 1 - c(1, curve$surv[dying])[match(signif(deaths, 12), signif(curve$time[dying], 12))]
  x <- time - mean(time)
  statistic <- drop(x %*% (residuals %*% fit$var))^2 * nrow(residuals) / (diag(fit$var) * sum(x^2))
  list(columns = names(coef(fit)), statistic = unname(statistic), p = unname(tail_of(statistic, 1)))
}
two_ties <- function(formula, data) sapply(c("efron", "breslow"), simplify = FALSE, function(type) {
  found <- summary(do.call(coxph, list(formula, data = data, ties = type, control = accurate)))
  list(columns = rownames(found$conf.int), hazard_ratio = unname(found$conf.int[, 1]), lower = unname(found$conf.int[, 3]),
       upper = unname(found$conf.int[, 4]))
})
main_models <- list(veterans = list(data = veterans, formula = Surv(death_months, death_event) ~ score + treatment + cell),
                    whole = list(data = whole, formula = Surv(death_months, death_event) ~ nodes + hormone),
                    strata = list(data = whole, formula = Surv(death_months, death_event) ~ nodes + hormone + strata(grade)))
main_models <- lapply(main_models, function(each)
  c(two_ties(each$formula, each$data), list(old_zph = old_zph(each$formula, each$data))))

# f. Strata ---------------------------------------------------------------------------------------
stratified <- function(data, group, stratum, predictor) {
  data <- data.frame(g = data[[group]], s = data[[stratum]], x = as.numeric(data[[predictor]]),
                     months = data$death_months, event = data$death_event)
  found <- concordance(Surv(months, event) ~ x + strata(s), data, reverse = TRUE)
  list(log_rank = log_rank(survdiff(Surv(months, event) ~ g + strata(s), data)), unstratified = log_rank(survdiff(Surv(months, event) ~ g, data)),
       concordance = unname(found$concordance), variance = unname(found$var), counts = colSums(found$count),
       score_test = coxph(Surv(months, event) ~ g + strata(s), data, ties = "exact")$score)
}

# h. Competing causes -------------------------------------------------------------------------------
incidence <- function(data) {
  state <- factor(ifelse(is.na(data$cause), "censored", data$cause), c("censored", "disease", "death"))
  fit <- survfit(Surv(data$death_months, state) ~ 1, conf.type = "log-log")
  at <- timepoints(cuminc(data$death_months, state, cencode = "censored"), fit$time)
  order <- match(c("disease", "death"), sub("^1 ", "", rownames(at$est)))
  list(months = data$death_months, cause = ifelse(is.na(data$cause), "", data$cause), time = fit$time, incidence = fit$pstate[, -1],
       se = fit$std.err[, -1], lower = fit$lower[, -1], upper = fit$upper[, -1], cmprsk = unname(t(at$est))[, order],
       cmprsk_variance = unname(t(at$var))[, order], at_risk = fit$n.risk[, 1])
}
tied_graft <- transform(graft, death_months = ceiling(death_months * 4) / 4)
ended <- data.frame(death_months = c(1, 2, 2, 3, 3, 4, 5, 5), cause = c("disease", "death", "disease", NA, "death", "disease", "death", "disease"))

# i. Restricted mean survival time, by the formula of survRM2::rmst2: Greenwood's terms times the squared area beyond each death ---------------
restricted_mean <- function(time, event, tau) {
  fit <- survfit(Surv(time, event) ~ 1)
  until <- fit$time <= tau
  pieces <- diff(c(0, fit$time[until], tau)) * c(1, fit$surv[until]) # the area between the steps
  beyond <- (sum(pieces) - cumsum(pieces))[seq_len(sum(until))] # the area right of each step
  dying <- fit$n.event[until]
  staying <- fit$n.risk[until] - dying
  c(mean = sum(pieces), variance = sum(beyond^2 * ifelse(staying == 0, 0, dying / (fit$n.risk[until] * staying))))
}
compare_means <- function(data, group, tau) {
  z <- qnorm(0.975)
  means <- sapply(levels(data[[group]]), function(each) {
    rows <- which(data[[group]] == each)
    restricted_mean(data$death_months[rows], data$death_event[rows], tau)
  })
  found <- list(tau = tau, groups = colnames(means), mean = unname(means["mean", ]), se = unname(sqrt(means["variance", ])),
                lower = unname(means["mean", ] - z * sqrt(means["variance", ])), upper = unname(means["mean", ] + z * sqrt(means["variance", ])))
  first <- means[, 1]
  found$against_first <- lapply(2:ncol(means), function(other) {
    difference <- means["mean", other] - first["mean"]
    se <- sqrt(means["variance", other] + first["variance"])
    log_ratio <- log(means["mean", other] / first["mean"])
    se_log <- sqrt(means["variance", other] / means["mean", other]^2 + first["variance"] / first["mean"]^2)
    lapply(list(group = colnames(means)[other], difference = difference, se = se, lower = difference - z * se, upper = difference + z * se,
                p = 2 * pnorm(-abs(difference / se)), ratio = exp(log_ratio), ratio_lower = exp(log_ratio - z * se_log),
                ratio_upper = exp(log_ratio + z * se_log), ratio_p = 2 * pnorm(-abs(log_ratio / se_log))), unname)
  })
  # survfit's own restricted mean is the same area with the same variance
  own <- sapply(levels(data[[group]]), function(each) {
    part <- data[which(data[[group]] == each), ]
    summary(survfit(Surv(death_months, death_event) ~ 1, part), rmean = tau)$table[c("rmean", "se(rmean)")]
  })
  stopifnot(all.equal(unname(own[1, ]), found$mean), all.equal(unname(own[2, ]), found$se))
  found
}

textual <- function(data) { data$months <- digits(data$months); data }
golden <- list(
  versions = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival")),
                  cmprsk = as.character(packageVersion("cmprsk"))),
  inputs = list(near = textual(near), dated = textual(dated), eventless = eventless, separating = separating, subgroup = subgroup, exact = exact),
  timefix = timefix,
  near_ties = list(near = near_ties(near, c("arm", "age"), c(12, 16.4271047227926, 24), TRUE),
                   near_without = near_ties(near, c("arm", "age"), c(12, 16.4271047227926, 24), FALSE),
                   dated = near_ties(dated, "arm", c(6, 12, 22), TRUE), dated_without = near_ties(dated, "arm", c(6, 12, 22), FALSE)),
  levels_without_events = levels_without_events, flat_medians = flat_medians, landmarks = landmarks,
  intervals = list(lung = intervals(lung, c(50, 365, 500, 883)), breast = intervals(breast, c(12, 36, 60)), veterans = intervals(veterans, c(30, 100, 365))),
  ties = list(veterans = ties(Surv(death_months, death_event) ~ score + treatment + cell, veterans),
              recidivism = ties(Surv(death_months, death_event) ~ age + prior + aid + race, recidivism),
              lung = ties(Surv(death_months, death_event) ~ age + sex, lung),
              whole = ties(Surv(death_months, death_event) ~ nodes + hormone, whole)),
  main_models = main_models,
  strata = list(whole = stratified(whole, "grade", "menopause", "nodes"), veterans = stratified(veterans, "treatment", "cell", "score"),
                recidivism = stratified(recidivism, "aid", "race", "prior")),
  incidence = list(tied_graft = incidence(tied_graft), ended = incidence(ended)),
  restricted_mean = list(breast_hormone = compare_means(breast, "hormone", 60), breast_grade = compare_means(breast, "grade", 36),
                         breast_grade_60 = compare_means(breast, "grade", 60), veterans_treatment = compare_means(veterans, "treatment", 300),
                         recidivism_aid = compare_means(recidivism, "aid", 52), lung_sex = compare_means(lung, "sex", 365)))
write_json(golden, arguments[2], digits = I(15), auto_unbox = TRUE, na = "null", dataframe = "columns")
