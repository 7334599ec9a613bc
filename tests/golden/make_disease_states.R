# Rscript make_disease_states.R disease_states.json : multi-state survfit and etm on the spells that stand in the file's `spells`.
library(survival)
library(etm)
library(jsonlite)
file <- commandArgs(TRUE)[1]
golden <- fromJSON(file)
found <- list()
for (name in names(golden$spells)) {
  data <- golden$spells[[name]]
  states <- golden$states
  data <- data[data$stop > data$start, ]
  data$event <- factor(ifelse(data[["next"]] == "", "censor", data[["next"]]), levels = c("censor", states))
  data$state <- factor(data$state, levels = states)
  fit <- survfit(Surv(start, stop, event) ~ 1, data = data, id = patient_id, istate = state, influence = TRUE)
  at <- golden$times
  shown <- summary(fit, times = at, extend = TRUE)
  order <- match(states, fit$states)
  area <- summary(fit, rmean = golden$horizon)$table
  moves <- data.frame(id = data$patient_id, from = as.character(data$state),
                      to = ifelse(data[["next"]] == "", "cens", data[["next"]]),
                      entry = data$start, exit = data$stop)
  tra <- matrix(FALSE, length(states), length(states), dimnames = list(states, states))
  for (row in seq_len(nrow(moves))) if (moves$to[row] != "cens") tra[moves$from[row], moves$to[row]] <- TRUE
  moves <- moves[rowSums(tra)[moves$from] > 0, ]  # etm refuses a state that is only left by censoring; nothing depends on it
  other <- etm(moves, states, tra, "cens", s = 0)
  # etm's array of transition probabilities from time 0: first row, at the last time not after each of `at`
  places <- findInterval(at, other$time)
  second <- t(sapply(places, function(p) if (p == 0) c(1, rep(0, length(states) - 1)) else other$est[states[1], states, p]))
  found[[name]] <- list(
    probability = unname(shown$pstate[, order, drop = FALSE]),
    standard_error = unname(shown$std.err[, order, drop = FALSE]),
    restricted_mean = unname(area[states, "rmean"]),
    restricted_error = unname(area[states, "se(rmean)"]),
    etm = unname(second)
  )
}
golden$found <- found
golden$versions <- list(R = R.version.string, survival = as.character(packageVersion("survival")), etm = as.character(packageVersion("etm")))
write(toJSON(golden, digits = 15, auto_unbox = TRUE), file)
