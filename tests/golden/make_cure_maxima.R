# Mixture cure models whose likelihood has two maxima, by optim from many starts: Rscript make_cure_maxima.R OUT
# 38 made-up patients: 3 deaths on the day of the operation (half a day), events at quantiles of two distributions, others censored.
out <- commandArgs(trailingOnly = TRUE)[1]
quantiles <- function(n) (seq_len(n) - 0.5) / n
days <- round(30.4375 * c(qexp(quantiles(20), 1 / 4), qweibull(quantiles(5), 2.5, 16), 20 + 70 * quantiles(10)))
time <- c(rep(0.5, 3), days) / 30.4375
event <- c(rep(1, 28), rep(0, 10))

families <- list(
  weibull = list(2, function(t, p, log) if (log) dweibull(t, exp(p[2]), exp(p[1]), log = TRUE) else pweibull(t, exp(p[2]), exp(p[1]), lower.tail = FALSE)),
  log_normal = list(2, function(t, p, log) if (log) dlnorm(t, p[1], exp(p[2]), log = TRUE) else plnorm(t, p[1], exp(p[2]), lower.tail = FALSE)),
  log_logistic = list(2, function(t, p, log) if (log) dlogis(log(t), p[1], exp(p[2]), log = TRUE) - log(t) else plogis(log(t), p[1], exp(p[2]), lower.tail = FALSE)),
  exponential = list(1, function(t, p, log) if (log) dexp(t, exp(-p[1]), log = TRUE) else pexp(t, exp(-p[1]), lower.tail = FALSE))
)
result <- list(months = time, event = event, models = list())
for (name in names(families)) {
  size <- families[[name]][[1]]; family <- families[[name]][[2]]
  minus <- function(p) {
    cured <- plogis(p[1])
    value <- -sum(ifelse(event == 1, log(1 - cured) + family(time, p[-1], TRUE), log(cured + (1 - cured) * family(time, p[-1], FALSE))))
    if (is.finite(value)) value else 1e10
  }
  best <- list(value = Inf)
  for (share in c(0.05, 0.15, 0.3, 0.5)) for (middle in c(1, 3, 10)) for (shape in c(-0.5, 0, 0.7)) {
    found <- list(par = c(qlogis(share), log(middle), shape)[1:(size + 1)])
    for (round in 1:6) {
      found <- optim(found$par, minus, method = if (round %% 2) "Nelder-Mead" else "BFGS",
                     control = list(maxit = 5000, reltol = 1e-15))
    }
    if (found$value < best$value) best <- found
  }
  se <- sqrt(solve(optimHess(best$par, minus, control = list(ndeps = rep(1e-4, size + 1))))[1, 1])
  none <- list(par = c(log(median(time)), 0)[1:size])
  without <- function(p) minus(c(-40, p))
  for (round in 1:6) {
    none <- optim(none$par, without, method = if (round %% 2 && size > 1) "Nelder-Mead" else "BFGS",
                  control = list(maxit = 5000, reltol = 1e-15))
  }
  limits <- plogis(best$par[1] + c(-1, 1) * qnorm(0.975) * se)
  result$models[[name]] <- list(cured = plogis(best$par[1]), lower = limits[1], upper = limits[2], log_likelihood = -best$value,
                                p_value = pchisq(2 * (none$value - best$value), 1, lower.tail = FALSE) / 2)
}
writeLines(jsonlite::toJSON(result, digits = NA, auto_unbox = TRUE, pretty = TRUE), out)
