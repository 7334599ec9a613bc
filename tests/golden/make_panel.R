# Golden values of R for tests/golden/test_panel_against_r.py. From this directory:
#   mkdir -p /tmp/golden && python reference_data.py /tmp/golden && Rscript make_panel.R /tmp/golden panel.json
suppressMessages({library(survival); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
breast <- read.csv(file.path(arguments[1], "breast.csv"), na.strings = "")
breast$size[seq(7, nrow(breast), 7)] <- NA
breast$hormone <- factor(breast$hormone, c("no", "yes"))
breast$grade <- factor(breast$grade, c("I", "II", "III"))
breast$nodes <- log2(breast$nodes)
accurate <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)
fit <- function(right, data) do.call(coxph, list(as.formula(paste("Surv(death_months, death_event) ~", right)), data = data, control = accurate))
marker <- function(name, others) {
  data <- breast
  if (is.numeric(data[[name]])) data[[name]] <- data[[name]] / sd(data[[name]], na.rm = TRUE)
  data <- data[complete.cases(data[c(name, others)]), ]
  base <- paste(c(others, "1"), collapse = " + ")
  small <- fit(base, data); large <- fit(paste(c(others, name), collapse = " + "), data)
  mine <- grep(paste0("^", name), names(coef(large)))
  b <- coef(large)[mine]; se <- sqrt(diag(vcov(large)))[mine]
  null <- if (length(others)) small$loglik[2] else large$loglik[1]
  statistic <- 2 * (large$loglik[2] - null)
  list(patients = nrow(data), events = sum(data$death_event), missing = nrow(breast) - nrow(data), hazard_ratio = I(unname(exp(b))),
       lower = I(unname(exp(b - qnorm(0.975) * se))), upper = I(unname(exp(b + qnorm(0.975) * se))), p_value = I(unname(2 * pnorm(-abs(b / se)))),
       lr_statistic = statistic, lr_df = length(mine), lr_p_value = pchisq(statistic, length(mine), lower.tail = FALSE),
       concordance_base = if (length(others)) unname(concordance(small)$concordance) else 0.5, concordance = unname(concordance(large)$concordance))
}
markers <- c("age", "nodes", "size", "grade", "hormone")
alone <- lapply(setNames(markers, markers), marker, character())
adjust <- c("age", "hormone")
adjusted <- lapply(setNames(c("nodes", "size", "grade"), c("nodes", "size", "grade")), marker, adjust)
q <- function(found) as.list(setNames(p.adjust(sapply(found, `[[`, "lr_p_value"), "BH"), names(found)))
write(toJSON(list(r = R.version$version.string, alone = alone, adjusted = adjusted, q_alone = q(alone), q_adjusted = q(adjusted)),
             digits = 17, auto_unbox = TRUE, pretty = TRUE), arguments[2])
