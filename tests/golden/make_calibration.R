# Golden values of R for tests/golden/test_calibration_against_r.py. From this directory:
#   mkdir -p /tmp/golden && python reference_data.py /tmp/golden && Rscript make_calibration.R /tmp/golden calibration.json
suppressMessages({library(survival); library(Hmisc); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
breast <- read.csv(file.path(arguments[1], "breast.csv"), na.strings = "")
breast$death_months <- ceiling(breast$death_months) # deaths and censorings share times
accurate <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)

# Predictions that owe nothing to the patients' survival; the test has the same lines -----------
z_of <- list(spread = function(data) -2.2 + 0.03 * data$size + 0.05 * pmin(data$nodes, 10),
             few = function(data) -1.4 + 0.4 * ((data$grade == "III") + (data$nodes > 9)))
predict_at <- function(data, kind, horizon) exp(-exp(z_of[[kind]](data) + log(horizon / 36)))

# Austin, Harrell, van Klaveren 2020, appendix: Cox on a spline of log(-log S), three knots -------
assess <- function(data, kind, horizon) {
  survival <- predict_at(data, kind, horizon)
  risk <- 1 - survival
  y <- Surv(data$death_months, data$death_event)
  z <- log(-log(survival))
  whole <- summary(survfit(y ~ 1, conf.type = "log-log"), times = horizon)
  knots <- quantile(z, c(0.1, 0.5, 0.9))
  line <- any(diff(knots) < 1e-9)
  basis <- function(z) if (line) cbind(z) else unclass(rcspline.eval(z, knots = knots, inclx = TRUE))
  columns <- as.data.frame(basis(z)); names(columns) <- paste0("x", seq_along(columns))
  formula <- as.formula(paste("y ~", paste(names(columns), collapse = " + ")))
  fit <- coxph(formula, cbind(columns), control = accurate)
  observe <- function(z) {
    new <- as.data.frame(basis(z)); names(new) <- names(columns)
    1 - drop(summary(survfit(fit, newdata = new, se.fit = FALSE), times = horizon)$surv)
  }
  grid <- seq(quantile(risk, 0.01), quantile(risk, 0.99), length.out = 41)
  error <- abs(observe(z) - risk)
  cuts <- quantile(risk, 1:4 / 5)
  group <- if (length(unique(risk)) <= 8) rank(round(risk, 9), ties.method = "min")
    else findInterval(round(risk, 9), round(cuts, 9), left.open = TRUE) + 1
  groups <- lapply(sort(unique(group)), function(each) {
    mine <- group == each
    found <- summary(survfit(y[mine] ~ 1, conf.type = "log-log"), times = horizon)
    list(predicted = mean(risk[mine]), observed = 1 - found$surv, lower = 1 - found$upper, upper = 1 - found$lower,
         patients = sum(mine), events = sum(data$death_event[mine] == 1 & data$death_months[mine] <= horizon))
  })
  thresholds <- c(0.05, 0.2, 0.4, 0.6)
  incidence <- function(rows) 1 - summary(survfit(y[rows] ~ 1), times = horizon, extend = TRUE)$surv
  benefit <- function(above, t) if (!any(above)) 0 else
    mean(above) * (incidence(above) - (1 - incidence(above)) * t / (1 - t))
  list(observed = 1 - whole$surv, observed_lower = 1 - whole$upper, observed_upper = 1 - whole$lower,
       expected = mean(risk), ratio = (1 - whole$surv) / mean(risk),
       slope = unname(coef(coxph(y ~ z, control = accurate))),
       ici = mean(error), e50 = median(error), e90 = unname(quantile(error, 0.9)),
       grid = grid, smooth = unname(observe(log(-log(1 - grid)))), groups = groups,
       thresholds = thresholds, net_benefit = sapply(thresholds, function(t) benefit(risk >= t, t)),
       treat_all = sapply(thresholds, function(t) benefit(rep(TRUE, nrow(data)), t)))
}

set.seed(13)
drawn <- tabulate(sample(nrow(breast), replace = TRUE), nrow(breast))
copies <- breast[rep(seq_len(nrow(breast)), drawn), ]
both <- function(data) lapply(list(spread = "spread", few = "few"), function(kind)
  lapply(list(`12` = 12, `36` = 36, `60` = 60), function(horizon) assess(data, kind, horizon)))
# the knots of a resample are those of the cohort: only what has no knots is compared there
without_knots <- function(found) found[c("ratio", "slope", "net_benefit", "treat_all")]
golden <- list(cohort = both(breast), counts = drawn,
               resample = lapply(both(copies), function(kind) lapply(kind, without_knots)),
               line = assess(copies, "few", 36)[c("ici", "e50", "e90")])
write_json(golden, arguments[2], digits = I(15), auto_unbox = TRUE, na = "null")
