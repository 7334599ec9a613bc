# Golden values of R for tests/golden/test_cutoffs_against_r.py. From this directory:
#   mkdir -p /tmp/golden && python reference_data.py /tmp/golden && Rscript make_cutoffs.R /tmp/golden cutoffs.json
suppressMessages({library(survival); library(rms); library(maxstat); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
breast <- read.csv(file.path(arguments[1], "breast.csv"), na.strings = "")
breast$hormone <- factor(breast$hormone, c("no", "yes"))
# maxstat's scores count tied times in another way than the log-rank test: no ties, and both are the same
untied <- transform(breast, death_months = death_months + seq_len(nrow(breast)) * 1e-6)
accurate <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)

# The best of many cuts -------------------------------------------------------------------------
search <- function(data, name, minprop, maxprop) {
  set.seed(3)
  test <- function(method, ...)
    maxstat.test(as.formula(paste("Surv(death_months, death_event) ~", name)), data = data, smethod = "LogRank", pmethod = method,
                 minprop = minprop, maxprop = maxprop, ...)
  found <- test("none")
  list(statistic = unname(found$statistic), at_most = unname(found$estimate), cuts = length(found$stats),
       permuted = unname(test("condMC", B = 9999)$p.value))
}

# Every cut, unstratified and stratified ----------------------------------------------------------
cut_at <- function(data, name, cut, formula) {
  data$above <- as.numeric(data[[name]] >= cut)
  fit <- do.call(coxph, list(formula, data = data, control = accurate))
  c <- concordance(fit)
  list(cut = cut, coef = unname(coef(fit)), se = sqrt(vcov(fit)[1, 1]), log_likelihood = fit$loglik[2],
       c = unname(c$concordance), c_error = sqrt(unname(c$var)))
}
plain <- Surv(death_months, death_event) ~ above
stratified <- Surv(death_months, death_event) ~ above + strata(hormone)
product <- Surv(death_months, death_event) ~ above * strata(hormone)
interaction <- function(data, name, cut) {
  data$above <- as.numeric(data[[name]] >= cut)
  fits <- lapply(list(stratified, product), function(f) do.call(coxph, list(f, data = data, control = accurate)))
  anova(fits[[1]], fits[[2]])[2, 4]
}

# The number as a spline --------------------------------------------------------------------------
smooth <- function(data, name, knots, reference, at) {
  data$x <- data[[name]]
  fit <- function(right) do.call(coxph, list(as.formula(paste("Surv(death_months, death_event) ~", right)), data = data,
                                             control = accurate))
  terms <- sprintf("rcs(x, c(%s))", paste(knots, collapse = ","))
  curved <- fit(terms); straight <- fit("x"); within <- fit(paste(terms, "+ strata(hormone)"))
  both <- fit(paste(terms, "* strata(hormone)"))
  basis <- function(v) { b <- rcspline.eval(v, knots = knots, inclx = TRUE); b }
  contrast <- sweep(basis(at), 2, basis(rep(reference, 2))[1, ])
  contrast <- matrix(contrast, ncol = length(knots) - 1)
  list(knots = knots, reference = reference, at = at,
       likelihood_ratio = 2 * diff(curved$loglik), nonlinear = 2 * (curved$loglik[2] - straight$loglik[2]),
       curve = drop(contrast %*% coef(curved)), error = sqrt(diag(contrast %*% vcov(curved) %*% t(contrast))),
       stratified = drop(contrast %*% coef(within)), stratified_ratio = 2 * diff(within$loglik),
       interaction = 2 * (both$loglik[2] - within$loglik[2]))
}
# the same by rms itself: cph, and contrasts against the reference
datadist_of <- function(data) { d <- datadist(data); d$limits["Adjust to", "age"] <- 50; d }
d <- datadist_of(breast[, c("age", "death_months", "death_event")]); options(datadist = "d")
by_rms <- cph(Surv(death_months, death_event) ~ rcs(age, 4), data = breast, x = TRUE, y = TRUE)
shown <- contrast(by_rms, list(age = c(30, 45, 60, 75)), list(age = 50))
golden <- list(
  search = list(age = search(untied, "age", 0.1, 0.9), nodes = search(untied, "nodes", 0.1, 0.9),
                size = search(untied, "size", 0.2, 0.7)),
  cuts = list(nodes = lapply(c(2, 4, 9, 20), function(cut) cut_at(breast, "nodes", cut, plain)),
              age = lapply(c(35, 50, 65), function(cut) cut_at(breast, "age", cut, stratified)),
              interaction = interaction(breast, "nodes", 4)),
  spline = list(age = smooth(breast, "age", unname(quantile(breast$age, c(.05, .35, .65, .95))), 50, c(30, 45, 60, 75)),
                nodes = smooth(breast, "nodes", unname(quantile(breast$nodes, c(.05, .35, .65, .95))), 0, c(1, 3, 10, 20))),
  rms = list(knots = unname(by_rms$Design$parms$age), contrast = unname(shown$Contrast), error = unname(shown$SE),
             likelihood_ratio = unname(by_rms$stats["Model L.R."]), coef = unname(coef(by_rms))),
  welch = with(t.test(age ~ hormone, data = breast),
               list(difference = unname(estimate[2] - estimate[1]), limits = -rev(as.vector(conf.int)), p = p.value)))
write_json(golden, arguments[2], digits = I(15), auto_unbox = TRUE, na = "null")
