# Cox models of data in which a level has no event or a number separates: R's likelihood comes within rounding of its limit.
# Rscript tests/golden/make_separation.R tests/golden/separation.json
suppressPackageStartupMessages({library(survival); library(jsonlite)})
accurate <- coxph.control(eps = 1e-14, toler.chol = 1e-18, iter.max = 60)

i <- 0:59
levels <- data.frame(
  months = 2 + (i * 11) %% 43, event = as.integer((i * 7) %% 5 > 1),
  stage = c("I", "II", "III")[i %% 3 + 1], side = c("left", "right")[(i %/% 4) %% 2 + 1],
  age = 40 + (i * 23) %% 37, centre = c("a", "b")[(i %/% 3) %% 2 + 1], surgeon = paste0("s", (i * 5) %% 12))
levels$event[levels$stage == "III"] <- 0
first <- levels # nobody at the declared reference has an event
first$event <- as.integer((i * 7) %% 5 > 1 & first$stage != "I")
j <- 0:13
separating <- data.frame(months = 1 + j, event = as.integer(j < 5), marker = c(30, 29, 27, 26, 25, (j[6:14] * 5) %% 19), age = 40 + (j * 23) %% 37)
frail <- transform(levels, stage = c("I", "II")[i %% 2 + 1], frail = ifelse(i < 4, "yes", "no"))
frail$event <- as.integer((i * 7) %% 5 > 1)
frail$months[1:4] <- 1; frail$event[1:4] <- 1 # whoever is frail dies first
cell <- transform(levels, event = as.integer((i * 7) %% 5 > 1 & !(stage == "I" & side == "left")))

fit <- function(formula, data) suppressWarnings(do.call(coxph, list(formula, data = data, control = accurate, x = TRUE)))
describe <- function(formula, data, finite, factors) {
  model <- fit(formula, data)
  p <- sapply(factors, function(each) {
    smaller <- fit(update(formula, paste(". ~ . -", each)), data)
    df <- length(coef(model)) - length(coef(smaller))
    pchisq(2 * (tail(model$loglik, 1) - tail(smaller$loglik, 1)), df, lower.tail = FALSE)
  })
  # further on, and for a number, the information is singular for cox.zph
  zph <- tryCatch(cox.zph(suppressWarnings(do.call(coxph, list(formula, data = data))))$table, error = function(e) NULL)
  list(patients = model$n, events = model$nevent, df = length(coef(model)), lr = 2 * diff(model$loglik), aic = AIC(model),
       p = pchisq(2 * diff(model$loglik), length(coef(model)), lower.tail = FALSE), concordance = unname(concordance(model)$concordance),
       coef = unname(coef(model)[finite]), se = unname(sqrt(diag(vcov(model))[match(finite, names(coef(model)))])), factor_p = unname(p),
       terms = rownames(zph), chisq = if (!is.null(zph)) unname(zph[, "chisq"]))
}
compare <- function(smaller, larger, data) {
  fits <- list(fit(smaller, data), fit(larger, data))
  df <- length(coef(fits[[2]])) - length(coef(fits[[1]]))
  pchisq(2 * (tail(fits[[2]]$loglik, 1) - tail(fits[[1]]$loglik, 1)), df, lower.tail = FALSE)
}
golden <- list(
  versions = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival"))),
  data = list(levels = levels, first = first, separating = separating, frail = frail, cell = cell),
  models = list(
    level = describe(Surv(months, event) ~ stage, levels, "stageII", "stage"),
    level_and_others = describe(Surv(months, event) ~ stage + side + age, levels, c("stageII", "sideright", "age"), c("stage", "side", "age")),
    level_strata = describe(Surv(months, event) ~ stage + age + strata(centre), levels, c("stageII", "age"), c("stage", "age")),
    reference = describe(Surv(months, event) ~ relevel(factor(stage), "II") + age, first, c('relevel(factor(stage), "II")III', "age"), character()),
    number = describe(Surv(months, event) ~ marker, separating, character(), "marker"),
    dies_first = describe(Surv(months, event) ~ frail + age, frail, "age", c("frail", "age"))),
  robust = local({
    model <- fit(Surv(months, event) ~ stage + age + cluster(surgeon), levels)
    list(coef = unname(coef(model)[c("stageII", "age")]), se = unname(sqrt(diag(vcov(model)))[c(1, 3)]))
  }),
  interaction = list(
    cell = compare(Surv(months, event) ~ side + stage, Surv(months, event) ~ side * stage, cell),
    level = compare(Surv(months, event) ~ side + stage, Surv(months, event) ~ side * stage, levels)))
arguments <- commandArgs(trailingOnly = TRUE)
write_json(golden, arguments[1], digits = I(15), auto_unbox = TRUE, na = "null", null = "null", dataframe = "columns")
