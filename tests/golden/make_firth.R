# Firth's penalised Cox model with Breslow's ties, its profile limits and likelihood-ratio p-values, by optim on coxph's likelihood and information.
# Usage: Rscript make_firth.R firth.json
suppressMessages({library(survival); library(jsonlite)})
n <- 60
i <- seq_len(n)
data <- data.frame(months = (i * 37) %% 29 + 1, event = as.integer((i * 11) %% 7 > 2), age = ((i * 53) %% 41) / 10,
                   rare = as.integer(i %% 12 == 5), male = as.integer((i * 17) %% 5 > 2))
data$event[data$rare == 1] <- 0 # no event at the level, and times in whole months
x <- as.matrix(data[c("age", "rare", "male")])
height <- function(b) {
  fit <- suppressWarnings(coxph(Surv(months, event) ~ x, data, ties = "breslow", init = b, control = coxph.control(iter.max = 0, toler.chol = 1e-20)))
  found <- fit$loglik[2] - 0.5 * as.numeric(determinant(vcov(fit))$modulus)
  if (is.finite(found)) found else -1e6
}
highest <- function(free, fixed) {
  from <- fixed[free]
  for (each in 1:4) {
    found <- optim(from, function(z) -height(replace(fixed, free, z)), method = "BFGS", control = list(reltol = 1e-16, maxit = 500))
    from <- found$par
  }
  found
}
best <- highest(1:3, rep(0, 3))
profile <- function(j, at) -highest(setdiff(1:3, j), replace(best$par, j, at))$value
limit <- function(j, from, to) uniroot(function(at) profile(j, at) + best$value + qchisq(0.95, 1) / 2, c(from, to), tol = 1e-8)$root
each <- sapply(1:3, function(j) c(limit(j, best$par[j] - 9, best$par[j]), limit(j, best$par[j], best$par[j] + 6),
                                  pchisq(2 * (-best$value - profile(j, 0)), 1, lower.tail = FALSE)))
write_json(list(months = data$months, event = data$event, x = unname(x), coef = best$par, lower = each[1, ], upper = each[2, ],
                p = each[3, ]), commandArgs(TRUE)[1], digits = NA, pretty = FALSE)
