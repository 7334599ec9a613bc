# Golden values of R for tests/golden/test_against_r.py. From this directory:
#   mkdir /tmp/golden && python reference_data.py /tmp/golden && Rscript make_golden.R /tmp/golden golden.json
suppressMessages({library(survival); library(cmprsk); library(prodlim); library(jsonlite)})
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
veterans <- read("veterans", cell = c("squamous", "adeno", "large", "smallcell"),
                 treatment = c("standard", "test"), fit = c("no", "yes"))
recidivism <- read("recidivism", aid = c("no", "yes"), race = c("other", "black"))
flies <- read("flies")
graft <- read("graft")

# Kaplan-Meier ------------------------------------------------------------------------------
kaplan_meier <- function(data, times) {
  curve <- survfit(Surv(death_months, death_event) ~ 1, data, conf.type = "log-log")
  reverse <- survfit(Surv(death_months, 1 - death_event) ~ 1, data, conf.type = "log-log")
  median <- function(fit) unname(summary(fit)$table[c("median", "0.95LCL", "0.95UCL")])
  at <- summary(curve, times = times)
  list(time = curve$time, survival = curve$surv, lower = curve$lower, upper = curve$upper,
       at_risk = curve$n.risk, events = curve$n.event, censored = curve$n.censor,
       median = median(curve), follow_up = median(reverse),
       landmarks = list(time = at$time, survival = at$surv, lower = at$lower, upper = at$upper,
                        at_risk = at$n.risk))
}

# Length of follow-up where another event ends the time as well: nobody who had either is lost
follow_up_of_causes <- function(data) {
  data$cause <- with(data, ifelse(death_event == 0, "censored", ifelse(age >= 55, "death", "disease")))
  reverse <- survfit(Surv(death_months, cause == "censored") ~ 1, data, conf.type = "log-log")
  whole <- prodlim(Hist(death_months, cause, cens.code = "censored") ~ 1, data, reverse = TRUE)
  list(median = unname(summary(reverse)$table[c("median", "0.95LCL", "0.95UCL")]),
       prodlim = min(whole$time[whole$surv <= 0.5 + 1e-12]))
}

# Log-rank ----------------------------------------------------------------------------------
log_rank <- function(fit) {
  kept <- rowSums(as.matrix(fit$exp)) > 0
  list(statistic = fit$chisq, df = sum(kept) - 1, p = pchisq(fit$chisq, sum(kept) - 1, lower.tail = FALSE))
}
# The exact Cox likelihood has the hypergeometric variance, so its score test is Tarone's trend.
trend <- function(data, group, strata = NULL) {
  data$position <- as.numeric(data[[group]])
  formula <- paste("Surv(death_months, death_event) ~ position", if (!is.null(strata)) paste0("+ strata(", strata, ")"))
  fit <- coxph(as.formula(formula), data, ties = "exact")
  list(statistic = fit$score, df = 1, p = pchisq(fit$score, 1, lower.tail = FALSE))
}

# Cox ---------------------------------------------------------------------------------------
cox <- function(formula, data, cluster = NULL) {
  data <- data[complete.cases(data[, intersect(all.vars(formula), names(data))]), ]
  fit <- function(formula, ...)
    do.call(coxph, list(formula, data = data, ties = "efron", x = TRUE, model = TRUE,
                        control = coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50), ...))
  plain <- fit(formula)
  table <- summary(plain)$coefficients
  limits <- summary(plain)$conf.int
  factors <- grep("strata", attr(terms(formula), "term.labels"), value = TRUE, invert = TRUE)
  factor_p <- sapply(factors, function(each) {
    smaller <- fit(update(formula, paste(". ~ . -", each)))
    pchisq(2 * (plain$loglik[2] - smaller$loglik[length(smaller$loglik)]),
           length(coef(plain)) - length(coef(smaller)), lower.tail = FALSE)
  })
  tests <- cox.zph(plain)
  columns <- cox.zph(plain, terms = FALSE)
  found <- list(
    patients = plain$n, events = plain$nevent, columns = names(coef(plain)),
    coef = unname(coef(plain)), se = unname(table[, "se(coef)"]),
    lower = unname(limits[, "lower .95"]), upper = unname(limits[, "upper .95"]),
    p = unname(table[, "Pr(>|z|)"]),
    factors = factors, factor_p = unname(factor_p),
    lr = unname(2 * diff(plain$loglik)), aic = AIC(plain), concordance = unname(concordance(plain)$concordance),
    terms = rownames(tests$table), chisq = unname(tests$table[, "chisq"]),
    df = unname(tests$table[, "df"]), zph_p = unname(tests$table[, "p"]),
    residual_time = columns$time, residuals = unname(columns$y))
  if (!is.null(cluster)) {
    data <- data[!is.na(data[[cluster]]), ]
    robust <- fit(formula, cluster = data[[cluster]])
    found$robust <- list(coef = unname(coef(robust)), se = unname(sqrt(diag(robust$var))),
                         lower = unname(summary(robust)$conf.int[, "lower .95"]),
                         p = unname(summary(robust)$coefficients[, "Pr(>|z|)"]))
  }
  found
}

# Aalen-Johansen ----------------------------------------------------------------------------
incidence <- function(data) {
  state <- factor(ifelse(is.na(data$cause), "censored", data$cause), c("censored", "disease", "death"))
  fit <- survfit(Surv(data$death_months, state) ~ 1, conf.type = "log-log")
  gray <- cuminc(data$death_months, state, cencode = "censored")
  at <- timepoints(gray, fit$time)
  list(time = fit$time, incidence = fit$pstate[, -1], se = fit$std.err[, -1],
       lower = fit$lower[, -1], upper = fit$upper[, -1],
       cmprsk = unname(t(at$est))[, match(c("disease", "death"), sub("^1 ", "", rownames(at$est)))])
}

golden <- list(
  versions = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival")),
                  cmprsk = as.character(packageVersion("cmprsk"))),
  kaplan_meier = list(
    lung = kaplan_meier(lung, c(50, 365, 883, 1000)), flies = kaplan_meier(flies, c(6, 50, 75)),
    breast = kaplan_meier(breast, c(12, 36, 60, 80)),
    breast_grade_1 = kaplan_meier(subset(breast, grade == "I"), c(12, 36, 60)),
    breast_landmark = kaplan_meier(transform(subset(breast, death_months > 24), death_months = death_months - 24), c(12, 36))),
  log_rank = list(
    lung_sex = log_rank(survdiff(Surv(death_months, death_event) ~ sex, lung)),
    breast_grade = log_rank(survdiff(Surv(death_months, death_event) ~ grade, breast)),
    veterans_cell = log_rank(survdiff(Surv(death_months, death_event) ~ cell, veterans)),
    recidivism_aid = log_rank(survdiff(Surv(death_months, death_event) ~ aid, recidivism)),
    breast_grade_by_menopause = log_rank(survdiff(Surv(death_months, death_event) ~ grade + strata(menopause), breast)),
    veterans_treatment_by_cell = log_rank(survdiff(Surv(death_months, death_event) ~ treatment + strata(cell), veterans))),
  trend = list(breast_grade = trend(breast, "grade"), veterans_cell = trend(veterans, "cell"),
               breast_grade_by_menopause = trend(breast, "grade", "menopause")),
  holm = p.adjust(c(0.01, 0.04, NA, 0.03, 0.005, 0.5), "holm"),
  cox = list(
    breast = cox(Surv(death_months, death_event) ~ I(age / 10) + I(log2(nodes)) + grade + hormone, breast),
    breast_strata = cox(Surv(death_months, death_event) ~ I(age / 10) + size + grade + strata(menopause), breast),
    recidivism = cox(Surv(death_months, death_event) ~ I(age / 10) + prior + aid + race, recidivism),
    lung = cox(Surv(death_months, death_event) ~ I(age / 10) + sex + ecog, lung),
    lung_cluster = cox(Surv(death_months, death_event) ~ I(age / 10) + sex + ecog, subset(lung, !is.na(institution)), "institution"),
    recidivism_cluster = cox(Surv(death_months, death_event) ~ prior + aid + strata(race), recidivism, "age"),
    veterans = cox(Surv(death_months, death_event) ~ I(score / 10) + treatment + cell, veterans),
    veterans_strata = cox(Surv(death_months, death_event) ~ I(score / 10) + treatment + fit + strata(cell), veterans)),
  interaction = list(
    breast = anova(coxph(Surv(death_months, death_event) ~ hormone + grade + I(age / 10), breast),
                   coxph(Surv(death_months, death_event) ~ hormone * grade + I(age / 10), breast))[2, 4],
    breast_number = anova(coxph(Surv(death_months, death_event) ~ I(log2(nodes)) + grade, breast),
                          coxph(Surv(death_months, death_event) ~ I(log2(nodes)) * grade, breast))[2, 4]),
  incidence = list(graft = incidence(graft)),
  follow_up_of_causes = follow_up_of_causes(breast))
write_json(golden, arguments[2], digits = I(15), auto_unbox = TRUE, na = "null")
