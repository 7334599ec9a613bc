# Golden values of R for test_ratios_against_r.py, of groups that are numbers cut, from a landmark too. From this directory:
#   mkdir /tmp/golden && python reference_data.py /tmp/golden && Rscript make_ratios.R /tmp/golden ratios.json
suppressMessages({library(survival); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
control <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)

describe <- function(fit) {
  row <- summary(fit)
  list(patients = fit$n, events = fit$nevent, coef = unname(coef(fit)), se = unname(row$coefficients[, "se(coef)"]),
       hazard_ratio = unname(row$conf.int[, 1]), lower = unname(row$conf.int[, 3]), upper = unname(row$conf.int[, 4]),
       p_value = unname(row$coefficients[, "Pr(>|z|)"]), ph_p_value = cox.zph(fit, transform = "km")$table["GLOBAL", "p"])
}
read <- function(name) read.csv(file.path(arguments[1], paste0(name, ".csv")), na.strings = "")
cut_in_two <- function(name, number, cut, landmark = 0) {
  data <- subset(read(name), death_months > landmark)
  data$death_months <- data$death_months - landmark
  group <- factor(ifelse(data[[number]] < cut, "below", "from"))
  describe(coxph(Surv(death_months, death_event) ~ group, data, ties = "efron", control = control))
}
cut_in_three <- function(name, number, cuts) {
  data <- read(name)
  group <- cut(data[[number]], c(-Inf, cuts, Inf), right = FALSE)
  fit <- coxph(Surv(death_months, death_event) ~ group, data, ties = "efron", control = control)
  row <- summary(fit)
  list(hazard_ratio = unname(row$conf.int[, 1]), lower = unname(row$conf.int[, 3]), upper = unname(row$conf.int[, 4]),
       p_value = unname(row$coefficients[, "Pr(>|z|)"]), ph_p_value = cox.zph(fit, transform = "km")$table["GLOBAL", "p"])
}
entry <- fromJSON(file.path(dirname(arguments[2]), "entry.json"))$data  # made by make_entry.R
entry$late <- factor(ifelse(entry$size < 5, "below", "from"))
cat(toJSON(list(
  lung_age = cut_in_two("lung", "age", 65),
  veterans_score = cut_in_two("veterans", "score", 60),
  breast_nodes = cut_in_two("breast", "nodes", 4),
  lung_age_landmark = cut_in_two("lung", "age", 65, 180),
  breast_nodes_three = cut_in_three("breast", "nodes", c(2, 5)),
  entry_size = describe(coxph(Surv(start, stop, event) ~ late, entry, ties = "efron", control = control))
), digits = NA, auto_unbox = TRUE), file = arguments[2])
