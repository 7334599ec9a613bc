# Golden values of R for tests/golden/test_spline_terms_against_r.py. From this directory:
#   mkdir -p /tmp/golden && python reference_data.py /tmp/golden && Rscript make_spline_terms.R /tmp/golden spline_terms.json
suppressMessages({library(survival); library(rms); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
accurate <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)
read <- function(name) read.csv(file.path(arguments[1], paste0(name, ".csv")), na.strings = "")
breast <- transform(read("breast"), hormone = factor(hormone, c("no", "yes")), log_nodes = log2(nodes))
lung <- subset(read("lung"), complete.cases(age, score, sex, institution))
knots_of <- function(x, count) attr(rcspline.eval(x, nk = count), "knots")
text <- function(knots) paste(sprintf("%.15g", knots), collapse = ",")

# Two splines side by side in a stratified model: tests of coxph, of anova of rms, of cox.zph -----------
age <- knots_of(breast$age, 4); nodes <- knots_of(breast$log_nodes, 5); size <- c(15, 25, 50)
terms <- list(age = sprintf("rcs(age, c(%s))", text(age)), nodes = sprintf("rcs(log_nodes, c(%s))", text(nodes)),
              size = sprintf("rcs(size, c(%s))", text(size)), hormone = "hormone")
straight <- list(age = "age", nodes = "log_nodes", size = "size")
fit <- function(parts, data = breast, stratum = "strata(menopause)")
  do.call(coxph, list(as.formula(paste("Surv(death_months, death_event) ~", paste(c(unlist(parts), stratum), collapse = " + "))),
                      data = data, control = accurate))
full <- fit(terms)
ratio <- function(parts) 2 * (full$loglik[2] - fit(parts)$loglik[2])
replace_term <- function(name) { changed <- terms; changed[[name]] <- straight[[name]]; changed }
zph <- cox.zph(full)$table
wald <- anova(cph(as.formula(paste("Surv(death_months, death_event) ~", paste(c(unlist(terms), "strat(menopause)"), collapse = " + "))),
                  data = breast, x = TRUE, y = TRUE, surv = FALSE, eps = 1e-13, iter.max = 50))
columns <- list(age = 1:3, nodes = 4:7, size = 8:9)
contrast <- function(name, knots, values, reference) {
  basis <- function(v) matrix(rcspline.eval(v, knots = knots, inclx = TRUE), nrow = length(v))
  difference <- sweep(basis(values), 2, basis(c(reference, reference))[1, ])
  list(log_ratio = drop(difference %*% coef(full)[columns[[name]]]),
       error = sqrt(diag(difference %*% vcov(full)[columns[[name]], columns[[name]]] %*% t(difference))))
}
plain <- list(
  log_likelihood = full$loglik[2],
  age = c(list(knots = age, statistic = ratio(terms[-1]), nonlinear = ratio(replace_term("age"))),
          contrast("age", age, c(60, 75), 45)),
  nodes = c(list(knots = 2^nodes, statistic = ratio(terms[-2]), nonlinear = ratio(replace_term("nodes"))),
            contrast("nodes", nodes, log2(c(8, 20)), log2(3))),
  size = c(list(knots = size, statistic = ratio(terms[-3]), nonlinear = ratio(replace_term("size"))),
           contrast("size", size, c(30, 60), 25)),
  zph = unname(zph[, "chisq"]), zph_df = unname(zph[, "df"]), wald = unname(wald[, "Chi-Square"]), wald_names = rownames(wald))

# Robust variance: Wald tests by hand -------------------------------------------------------------------
knots <- knots_of(lung$age, 4)
robust <- coxph(as.formula(sprintf("Surv(death_months, death_event) ~ rcs(age, c(%s)) + sex + cluster(institution)", text(knots))),
                data = lung, control = accurate)
test <- function(places) drop(coef(robust)[places] %*% solve(vcov(robust)[places, places], coef(robust)[places]))
clustered <- list(whole = test(1:3), nonlinear = test(2:3))
write_json(list(plain = plain, clustered = clustered), arguments[2], digits = 15, auto_unbox = TRUE, pretty = TRUE)
