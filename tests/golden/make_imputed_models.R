# Golden values of R for tests/golden/test_imputed_models_against_r.py. From this directory:
#   mkdir -p /tmp/golden && python reference_data.py /tmp/golden && Rscript make_imputed_models.R /tmp/golden imputed_models.json
suppressMessages({library(survival); library(rms); library(mice); library(mitml); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
accurate <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)
breast <- read.csv(file.path(arguments[1], "breast.csv"), na.strings = "")
n <- nrow(breast); row <- seq_len(n) - 1; m <- 5
# Gaps by the number of the row, filled in imputation i by the value of the patient 17 i rows on
gaps <- list(age = row %% 7 == 3, hormone = row %% 11 == 5, grade = row %% 3 == 2)
complete_by <- function(i) {
  filled <- breast
  for (name in names(gaps)) filled[gaps[[name]], name] <- breast[(row[gaps[[name]]] + 17 * i) %% n + 1, name]
  filled$hormone <- factor(filled$hormone, c("no", "yes")); filled$grade <- factor(filled$grade, c("I", "II", "III"))
  filled$age <- filled$age / 10
  filled
}
tables <- lapply(1:m, complete_by)
formula <- Surv(death_months, death_event) ~ age + hormone + grade + rcs(size, c(15, 25, 50)) + strata(menopause)
fit <- function(f) lapply(tables, function(d) do.call(coxph, list(f, data = d, control = accurate)))
fits <- fit(formula); smaller <- fit(update(formula, . ~ . - grade)); without <- fit(update(formula, . ~ . - rcs(size, c(15, 25, 50))))
events <- sum(breast$death_event)
rows <- summary(pool(as.mira(fits), dfcom = events - 6), type = "all", conf.int = TRUE)
keys <- c("estimate", "std.error", "2.5 %", "97.5 %", "df", "p.value", "fmi")
d1 <- function(other) { test <- testModels(fits, other, method = "D1")$test; as.numeric(test[1, 1:4]) }
basis <- function(v) rcspline.eval(v, knots = c(15, 25, 50), inclx = TRUE)
difference <- basis(c(60, 25)); difference <- difference[1, ] - difference[2, ]
contrast <- sapply(fits, function(f) sum(difference * coef(f)[5:6]))
variance <- sapply(fits, function(f) drop(difference %*% vcov(f)[5:6, 5:6] %*% difference))
scalar <- pool.scalar(contrast, variance, n = events, k = 6)
write_json(list(terms = as.character(rows$term), rows = unname(as.matrix(rows[, keys])), grade = d1(smaller), size = d1(without),
                contrast = list(estimate = scalar$qbar, se = sqrt(scalar$t), df = scalar$df, fmi = scalar$fmi)),
           arguments[2], digits = 15, auto_unbox = TRUE, pretty = TRUE)
