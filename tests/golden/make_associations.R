# Golden values of R for tests/golden/test_associations_against_r.py. From this directory:
#   Rscript make_associations.R associations.json
suppressMessages(library(jsonlite))
arguments <- commandArgs(trailingOnly = TRUE)

set.seed(5)
tables <- list(
  plain = matrix(c(30, 25, 12, 41), 2, byrow = TRUE), small = matrix(c(1, 9, 8, 2), 2, byrow = TRUE),
  uneven = matrix(c(120, 3, 44, 9), 2, byrow = TRUE), empty = matrix(c(14, 0, 6, 5), 2, byrow = TRUE),
  wide = matrix(c(12, 30, 8, 20, 22, 9, 31, 5, 14), 3, byrow = TRUE), sparse = matrix(c(3, 8, 2, 10, 4, 1), 2, byrow = TRUE)
)

# fisher.test's own estimate and limits with a root that is searched to the end (it stops at 1e-4)
odds_ratio <- function(x) {
  m <- sum(x[, 1]); n <- sum(x[, 2]); k <- sum(x[1, ]); here <- x[1, 1]
  support <- max(0, k - n):min(k, m)
  density <- function(ncp) {
    d <- dhyper(support, m, n, k, log = TRUE) + log(ncp) * support
    d <- exp(d - max(d))
    d / sum(d)
  }
  mean_of <- function(t) sum(support * density(exp(t)))
  root <- function(f) exp(uniroot(f, c(-20, 20), tol = 1e-14, maxiter = 10000)$root)
  at_least <- function(t) sum(density(exp(t))[support >= here])
  at_most <- function(t) sum(density(exp(t))[support <= here])
  low <- min(support); high <- max(support)
  c(if (here == low) 0 else if (here == high) Inf else root(function(t) mean_of(t) - here),
    if (here == low) 0 else root(function(t) at_least(t) - 0.025),
    if (here == high) Inf else root(function(t) at_most(t) - 0.025))
}
of_table <- function(x) {
  expected <- suppressWarnings(chisq.test(x)$expected)
  result <- list(counts = x, chi_squared = suppressWarnings(chisq.test(x, correct = FALSE)$p.value), fisher = fisher.test(x)$p.value,
                 least = min(expected), v = sqrt(unname(suppressWarnings(chisq.test(x, correct = FALSE)$statistic)) / sum(x) / (min(dim(x)) - 1)))
  if (all(dim(x) == 2)) {
    mine <- odds_ratio(x); rs <- fisher.test(x)
    apart <- abs(log(mine / c(rs$estimate, rs$conf.int)))
    stopifnot(all(apart[is.finite(mine) & mine > 0] < 0.02)) # its search stops at 1e-4
    result$odds_ratio <- mine
  }
  result
}

groups <- list(
  ties = list(round(rexp(40, 0.1)), round(rexp(55, 0.07))), plain = list(rnorm(30), rnorm(21) + 0.6),
  uneven = list(round(rnorm(9, 5), 1), round(rnorm(80, 6), 1)), heavy = list(rbinom(60, 3, 0.4), rbinom(70, 3, 0.6))
)
of_groups <- function(g) {
  test <- suppressWarnings(wilcox.test(g[[2]], g[[1]], exact = FALSE, conf.int = TRUE, tol.root = 1e-12))
  list(first = g[[1]], second = g[[2]], p = test$p.value, lower = test$conf.int[1], upper = test$conf.int[2],
       shift = median(outer(g[[2]], g[[1]], "-")), theirs = unname(test$estimate))
}
x <- rnorm(60); y <- x + rnorm(60) * 1.5
numbers <- list(plain = list(x, y), ties = list(round(x), round(y)))
of_numbers <- function(n) {
  test <- suppressWarnings(cor.test(n[[1]], n[[2]], method = "spearman", exact = FALSE))
  r <- unname(test$estimate)
  list(first = n[[1]], second = n[[2]], r = r, p = test$p.value,
       limits = tanh(atanh(r) + c(-1, 1) * qnorm(0.975) * sqrt((1 + r^2 / 2) / (length(n[[1]]) - 3))))
}
three <- list(round(rexp(20), 1), round(rexp(25) * 1.5, 1), round(rexp(15) * 2, 1))
found <- list(r = R.version$version.string, tables = lapply(tables, of_table), groups = lapply(groups, of_groups),
              numbers = lapply(numbers, of_numbers), three = list(groups = three, p = kruskal.test(three)$p.value))
write(toJSON(found, digits = 17, auto_unbox = TRUE, pretty = TRUE, matrix = "rowmajor"), arguments[1])
