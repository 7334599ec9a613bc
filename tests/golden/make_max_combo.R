# The chance that one of three or four standard normal variables is as far from 0 as m, by nested integrals.
# Usage: Rscript make_max_combo.R max_combo.json
# mvtnorm::pmvnorm goes the other way round (one less the chance of all within) and is 1 % off at 0.001.
library(jsonlite)
within <- function(correlation, m, sums = NULL) { # sums: a, b of a fourth variable, a times the first and b times the second
  l <- t(chol(correlation))
  third <- function(x, y) {
    mean <- l[3, 1] * x + l[3, 2] * y
    pnorm((m - mean) / l[3, 3]) - pnorm((-m - mean) / l[3, 3])
  }
  second <- function(x) sapply(x, function(x) {
    from <- -m; to <- m
    if (!is.null(sums)) { from <- max(from, (-m - sums[1] * x) / sums[2]); to <- min(to, (m - sums[1] * x) / sums[2]) }
    ends <- (c(from, to) - l[2, 1] * x) / l[2, 2]
    if (diff(ends) <= 0) return(0)
    ends <- pmax(-9, pmin(9, ends)) # narrow where the two go together; nothing lies beyond
    if (diff(ends) <= 0) return(0)
    integrate(function(y) dnorm(y) * third(x, y), ends[1], ends[2], rel.tol = 1e-11, subdivisions = 2000)$value
  })
  breaks <- seq(-m, m, length.out = 41)
  sum(sapply(1:40, function(i) integrate(function(x) dnorm(x) * second(x), breaks[i], breaks[i + 1], rel.tol = 1e-11)$value))
}
three <- matrix(c(1, 0.9629454226, 0.7131809248, 0.9629454226, 1, 0.5003337570, 0.7131809248, 0.5003337570, 1), 3)
parts <- matrix(c(1, 0.53669435, 0.76182134, 0.53669435, 1, 0.86287876, 0.76182134, 0.86287876, 1), 3)
sums <- c(0.6, 0.5) / sqrt(0.36 + 0.25 + 0.6 * parts[1, 2]) # of variance 1
with <- c(sums[1] + sums[2] * parts[1, 2], sums[1] * parts[1, 2] + sums[2], sum(sums * parts[1:2, 3]))
four <- rbind(c(1, with), cbind(with, parts))
chances <- function(m, ...) sapply(m, function(each) 1 - within(..., m = each))
write_json(list(
  three = list(correlation = three, largest = c(1, 2, 3.4190737539, 4.5), p = chances(c(1, 2, 3.4190737539, 4.5), three)),
  singular = list(correlation = unname(four), largest = c(1, 2, 3, 4), p = chances(c(1, 2, 3, 4), parts, sums = sums))
), commandArgs(TRUE)[1], digits = NA, auto_unbox = TRUE, pretty = TRUE)
