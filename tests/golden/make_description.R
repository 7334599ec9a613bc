# Values for tests/unit/analyses/test_description.py and tests/unit/analyses/test_agreement.py.
# Run: Rscript tests/golden/make_description.R > tests/golden/description.json     (base R only)

numbers <- list(
  a = c(3.1, 4.5, 2.2, 8.9, 4.5, 6.0, 1.5, 7.7, 3.3, 4.5, 9.1),
  b = c(5.2, 8.8, 9.9, 4.5, 10.1, 7.3, 6.6, 12.0),
  c = c(1.0, 2.0, 4.5, 2.5, 3.0, 3.5)
)
tables <- list(
  small = matrix(c(1, 9, 8, 2), 2, byrow = TRUE),
  large = matrix(c(30, 25, 12, 41), 2, byrow = TRUE),
  wide = matrix(c(12, 30, 8, 20, 22, 9, 31, 5, 14), 3, byrow = TRUE)
)
square <- matrix(c(10, 4, 1, 0, 3, 22, 6, 1, 0, 5, 18, 7, 1, 0, 2, 9), 4, byrow = TRUE)

# Cohen's weighted kappa with its asymptotic standard error (Fleiss, Cohen and Everitt 1969)
weighted_kappa <- function(counts, values, power) {
  n <- sum(counts)
  p <- counts / n
  span <- max(values) - min(values)
  w <- 1 - (abs(outer(values, values, "-")) / span)^power
  row <- rowSums(p)
  col <- colSums(p)
  observed <- sum(w * p)
  chance <- sum(w * outer(row, col))
  kappa <- (observed - chance) / (1 - chance)
  mean_row <- as.vector(w %*% col)
  mean_col <- as.vector(t(w) %*% row)
  inner <- sum(p * (w - outer(mean_row, mean_col, "+") * (1 - kappa))^2)
  variance <- (inner - (kappa - chance * (1 - kappa))^2) / (n * (1 - chance)^2)
  c(kappa, kappa - qnorm(0.975) * sqrt(variance), kappa + qnorm(0.975) * sqrt(variance))
}

number <- function(x) paste0("[", paste(trimws(formatC(x, digits = 17, format = "g")), collapse = ", "), "]")
lines <- c(
  sprintf('"r": "%s"', R.version$version.string),
  sprintf('"numbers": {%s}', paste(sprintf('"%s": %s', names(numbers), sapply(numbers, number)), collapse = ", ")),
  sprintf('"tables": {%s}', paste(sprintf('"%s": [%s]', names(tables), sapply(tables, function(m) paste(apply(m, 1, number), collapse = ", "))), collapse = ", ")),
  sprintf('"square": [%s]', paste(apply(square, 1, number), collapse = ", ")),
  sprintf('"wilcoxon": %s', number(wilcox.test(numbers$a, numbers$b, exact = FALSE, correct = TRUE)$p.value)),
  sprintf('"wilcoxon_uncorrected": %s', number(wilcox.test(numbers$a, numbers$b, exact = FALSE, correct = FALSE)$p.value)),
  sprintf('"kruskal": %s', number(kruskal.test(numbers)$p.value)),
  sprintf('"fisher_small": %s', number(fisher.test(tables$small)$p.value)),
  sprintf('"chi_large": %s', number(chisq.test(tables$large, correct = FALSE)$p.value)),
  sprintf('"chi_wide": %s', number(chisq.test(tables$wide, correct = FALSE)$p.value)),
  sprintf('"quantiles": %s', number(quantile(numbers$a, c(.25, .5, .75)))),
  sprintf('"kappa_linear": %s', number(weighted_kappa(square, 0:3, 1))),
  sprintf('"kappa_quadratic": %s', number(weighted_kappa(square, 0:3, 2))),
  sprintf('"kappa_linear_gap": %s', number(weighted_kappa(square, c(0, 1, 2, 5), 1)))
)
cat("{\n  ", paste(lines, collapse = ",\n  "), "\n}\n", sep = "")
