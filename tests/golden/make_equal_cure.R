# One cured share in two groups against one in each, mixture cure models by optim: Rscript make_equal_cure.R FOLDER OUT
# FOLDER holds breast.csv, as tests/golden/reference_data.py writes it.
arguments <- commandArgs(trailingOnly = TRUE)
data <- read.csv(file.path(arguments[1], "breast.csv"))
time <- data$death_months; event <- data$death_event
group <- as.integer(factor(data$hormone))

distributions <- list(
  weibull = list(2, function(t, p, log_density) if (log_density) dweibull(t, exp(p[2]), exp(p[1]), log = TRUE) else pweibull(t, exp(p[2]), exp(p[1]), lower.tail = FALSE)),
  log_normal = list(2, function(t, p, log_density) if (log_density) dlnorm(t, p[1], exp(p[2]), log = TRUE) else plnorm(t, p[1], exp(p[2]), lower.tail = FALSE)),
  log_logistic = list(2, function(t, p, log_density) if (log_density) dlogis(log(t), p[1], exp(p[2]), log = TRUE) - log(t) else plogis(log(t), p[1], exp(p[2]), lower.tail = FALSE)),
  exponential = list(1, function(t, p, log_density) if (log_density) dexp(t, exp(-p[1]), log = TRUE) else pexp(t, exp(-p[1]), lower.tail = FALSE))
)

# minus the log-likelihood of one group
part <- function(cured, p, family, t, d) {
  s <- family(t, p, FALSE); f <- family(t, p, TRUE)
  -sum(ifelse(d == 1, log(1 - cured) + f, log(cured + (1 - cured) * s)))
}
search <- function(f, start) {
  best <- list(value = Inf)
  for (share in c(-2, -0.5, 0.5)) {
    found <- list(par = c(share, start[-1]))
    for (round in 1:6) {
      found <- optim(found$par, f, method = if (round %% 2) "Nelder-Mead" else "BFGS",
                     control = list(maxit = 5000, reltol = 1e-15))
    }
    if (found$value < best$value) best <- found
  }
  best
}
result <- list()
for (name in names(distributions)) {
  size <- distributions[[name]][[1]]; family <- distributions[[name]][[2]]
  start <- c(0, rep(c(log(median(time)), 0)[1:size], 1))
  alone <- sapply(1:2, function(g) search(function(p) part(plogis(p[1]), p[-1], family, time[group == g], event[group == g]), start)$value)
  both <- search(function(p) {
    part(plogis(p[1]), p[2:(size + 1)], family, time[group == 1], event[group == 1]) +
      part(plogis(p[1]), p[(size + 2):(2 * size + 1)], family, time[group == 2], event[group == 2])
  }, c(0, rep(c(log(median(time)), 0)[1:size], 2)))
  statistic <- 2 * (both$value - sum(alone))
  result[[name]] <- list(separate = -alone, common = -both$value, cured = plogis(both$par[1]),
                         statistic = statistic, p = pchisq(statistic, 1, lower.tail = FALSE))
}
writeLines(jsonlite::toJSON(result, digits = I(15), auto_unbox = TRUE, pretty = TRUE), arguments[2])
