# Firth's penalised Cox likelihood (Breslow's ties), written out and maximised: Rscript tests/golden/make_firth.R > tests/golden/firth.json
# R's coxphf is not in Debian. Tied times; nobody of the level `rare` has an event. Limits are where twice the profile
# penalised log-likelihood lies 3.84 below its maximum; p is of the likelihood ratio without the column.
suppressPackageStartupMessages(library(jsonlite))

n <- 30
months <- c(2, 2, 3, 5, 5, 5, 7, 8, 8, 9, 11, 12, 12, 14, 15, 16, 16, 18, 20, 21, 21, 24, 25, 27, 30, 30, 33, 36, 40, 41)
event <- c(1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0)
age <- c(71, 66, 58, 74, 69, 63, 77, 52, 60, 65, 70, 49, 55, 68, 62, 73, 57, 61, 50, 64, 67, 45, 59, 54, 72, 48, 56, 51, 53, 47)
rare <- as.numeric(seq_len(n) %in% c(12, 19, 22, 29))
feature <- as.numeric(seq_len(n) %% 3 == 0)
x <- cbind(age, rare, feature)

penalised <- function(b, x) {
  eta <- drop(x %*% b)
  w <- exp(eta)
  total <- 0
  information <- matrix(0, ncol(x), ncol(x))
  for (time in unique(months[event == 1])) {
    risk <- months >= time
    dead <- months == time & event == 1
    s0 <- sum(w[risk])
    mean <- colSums(w[risk] * x[risk, , drop = FALSE]) / s0
    total <- total + sum(eta[dead]) - sum(dead) * log(s0)
    information <- information + sum(dead) * (crossprod(x[risk, , drop = FALSE] * sqrt(w[risk])) / s0 - outer(mean, mean))
  }
  total + 0.5 * as.numeric(determinant(information)$modulus)
}
size <- apply(x, 2, sd)
x <- scale(x)
climb <- function(f, start) {
  for (turn in 1:3) {
    start <- optim(start, f, method = "Nelder-Mead", control = list(fnscale = -1, reltol = 1e-15, maxit = 5000))$par
    found <- optim(start, f, method = "BFGS", control = list(fnscale = -1, reltol = 1e-15, maxit = 1000))
    start <- found$par
  }
  found
}
best <- climb(function(b) penalised(b, x), rep(0, 3))
profile <- function(value, place) {
  full <- function(b) append(b, value, place - 1)
  climb(function(b) penalised(full(b), x), best$par[-place])$value
}
root <- function(place, side) {
  gap <- function(value) 2 * (best$value - profile(value, place)) - qchisq(0.95, 1)
  uniroot(gap, sort(best$par[place] + side * c(0, 8)), tol = 1e-9)$root
}
rows <- lapply(1:3, function(place) list(
  column = colnames(x)[place], coef = best$par[place] / size[[place]],
  lower = root(place, -1) / size[[place]], upper = root(place, 1) / size[[place]],
  p_value = pchisq(2 * (best$value - profile(0, place)), 1, lower.tail = FALSE)))
cat(toJSON(list(patients = data.frame(months, event, age, rare, feature), columns = rows), auto_unbox = TRUE, digits = 15, pretty = FALSE), "\n")
