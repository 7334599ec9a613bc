# Golden values of R for tests/golden/test_interactions_against_r.py. From this directory:
#   mkdir -p /tmp/golden && python reference_data.py /tmp/golden && Rscript make_interactions.R /tmp/golden interactions.json
suppressMessages({library(survival); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
breast <- read.csv(file.path(arguments[1], "breast.csv"), na.strings = "")
breast <- transform(breast, age10 = age / 10, lognodes = log2(nodes), grade = factor(grade, c("I", "II", "III")),
                    hormone = factor(hormone, c("no", "yes")), menopause = factor(menopause, c("Pre", "Post")))
accurate <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)
fit <- function(formula, data = breast) do.call(coxph, list(formula, data = data, control = accurate))
of <- function(model, terms) {
  se <- sqrt(diag(vcov(model)))[terms]; b <- coef(model)[terms]
  lapply(seq_along(terms), function(i) c(exp(b[[i]]), exp(b[[i]] - qnorm(0.975) * se[[i]]), exp(b[[i]] + qnorm(0.975) * se[[i]]),
                                         2 * pnorm(-abs(b[[i]] / se[[i]]))))
}
test <- function(small, large) {
  a <- anova(fit(small), fit(large))
  c(a[2, "Chisq"], a[2, "Df"], a[2, 4])
}

# hormone by menopause, adjusted for age: the effect in each level by changing the reference
y <- "Surv(death_months, death_event) ~ "
two <- fit(as.formula(paste(y, "age10 + hormone * menopause")))
turned <- fit(as.formula(paste(y, "age10 + hormone * menopause")), transform(breast, menopause = relevel(menopause, "Post")))
hormone_menopause <- list(
  effects = list(Pre = of(two, "hormoneyes"), Post = of(turned, "hormoneyes")), ratio = of(two, "hormoneyes:menopausePost"),
  test = test(as.formula(paste(y, "age10 + hormone + menopause")), as.formula(paste(y, "age10 + hormone * menopause"))))

# grade (three levels) by hormone
levels3 <- c("gradeII", "gradeIII")
grade <- fit(as.formula(paste(y, "grade * hormone")))
grade_yes <- fit(as.formula(paste(y, "grade * hormone")), transform(breast, hormone = relevel(hormone, "yes")))
grade_hormone <- list(
  effects = list(no = of(grade, levels3), yes = of(grade_yes, levels3)), ratio = of(grade, paste0(levels3, ":hormoneyes")),
  test = test(as.formula(paste(y, "grade + hormone")), as.formula(paste(y, "grade * hormone"))))

# hormone by a number (log2 of the nodes) at its quartiles; a number (age per 10) by a factor
at <- unname(quantile(breast$nodes, c(0.25, 0.5, 0.75)))
number <- lapply(at, function(v) of(fit(as.formula(paste(y, "hormone * nodes_at")), transform(breast, nodes_at = lognodes - log2(v))), "hormoneyes"))
hormone_nodes <- list(at = at, effects = number, ratio = of(fit(as.formula(paste(y, "hormone * lognodes"))), "hormoneyes:lognodes"),
  test = test(as.formula(paste(y, "hormone + lognodes")), as.formula(paste(y, "hormone * lognodes"))))
age <- fit(as.formula(paste(y, "age10 * menopause")))
age_post <- fit(as.formula(paste(y, "age10 * menopause")), transform(breast, menopause = relevel(menopause, "Post")))
age_menopause <- list(effects = list(Pre = of(age, "age10"), Post = of(age_post, "age10")), ratio = of(age, "age10:menopausePost"),
  test = test(as.formula(paste(y, "age10 + menopause")), as.formula(paste(y, "age10 * menopause"))))

found <- list(r = R.version$version.string, survival = as.character(packageVersion("survival")), hormone_menopause = hormone_menopause,
              grade_hormone = grade_hormone, hormone_nodes = hormone_nodes, age_menopause = age_menopause,
              holm = p.adjust(c(hormone_menopause$test[3], hormone_nodes$test[3]), "holm"))
write(toJSON(found, digits = 17, auto_unbox = TRUE, pretty = TRUE), arguments[2])
