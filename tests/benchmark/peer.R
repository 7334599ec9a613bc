# What a clinical statistician writes in R for the TCIA cohort; tests/benchmark.py times it beside the plan tcia_peer.yaml.
#   Rscript peer.R tcia_crlm_v2_2023-04.csv FOLDER      (Debian: r-cran-survival r-cran-survminer r-cran-rms)
# 16 Kaplan-Meier figures with risk tables, ten univariable and one multivariable Cox model per endpoint with proportional-hazards
# tests and plots, a forest each, and four optimism bootstraps of 1,000 resamples.
suppressMessages({library(survival); library(survminer); library(rms)})
arguments <- commandArgs(trailingOnly = TRUE)
cohort <- read.csv(arguments[1], check.names = FALSE, na.strings = c("-999", "-999.0", "-999.00", "NA", ""))
setwd(arguments[2])
names(cohort) <- tolower(names(cohort))
for (name in c("clinrisk_score", "clinrisk_stratified", "carcinoembryonic_antigen"))
  cohort[[name]][cohort[[name]] < 0] <- NA
cohort <- within(cohort, {
  rfs_time <- months_to_dfs_progression
  rfs_event <- vital_status_dfs
  os_time <- overall_survival_months
  os_event <- vital_status
  score <- node_positive_primary + synchronous_crlm + multiple_metastases + (max_tumor_size > 5) + (carcinoembryonic_antigen > 200)
  high_risk <- factor(score >= 3)
})
endpoints <- c("rfs", "os")
groupings <- c("high_risk", "node_positive_primary", "synchronous_crlm", "multiple_metastases", "extrahep_disease",
               "chemo_before_liver_resection", "bilobar_disease", "sex")
covariates <- c("age", "sex", "node_positive_primary", "synchronous_crlm", "multiple_metastases", "max_tumor_size",
                "carcinoembryonic_antigen", "extrahep_disease", "chemo_before_liver_resection", "bilobar_disease")
model_of <- function(endpoint, terms) as.formula(sprintf("Surv(%s_time, %s_event) ~ %s", endpoint, endpoint, paste(terms, collapse = " + ")))

started <- proc.time()[["elapsed"]]
tell <- function(what) {
  now <- proc.time()[["elapsed"]]
  cat(sprintf("%-40s %6.1f s\n", what, now - started))
  started <<- now
}

for (endpoint in endpoints) for (grouping in groupings) {
  known <- cohort[!is.na(cohort[[grouping]]), ]
  formula <- model_of(endpoint, grouping)
  curves <- survfit(formula, known)
  curves$call$formula <- formula
  curves$call$data <- known
  figure <- ggsurvplot(curves, data = known, risk.table = TRUE, conf.int = TRUE, pval = TRUE)
  name <- paste("kaplan_meier", endpoint, grouping, sep = "_")
  pdf(paste0(name, ".pdf")); print(figure, newpage = FALSE); invisible(dev.off())
  png(paste0(name, ".png"), 1600, 1600, res = 200); print(figure); invisible(dev.off())
  survdiff(formula, known)
}
tell("Kaplan-Meier, 16 figures in two formats")

for (endpoint in endpoints) {
  for (covariate in covariates) {
    model <- coxph(model_of(endpoint, covariate), cohort)
    summary(model)
    cox.zph(model)
  }
  formula <- model_of(endpoint, covariates)
  model <- coxph(formula, cohort)
  model$call$formula <- formula
  summary(model)
  test <- cox.zph(model)
  pdf(sprintf("proportional_hazards_%s.pdf", endpoint)); plot(test); invisible(dev.off())
  pdf(sprintf("forest_%s.pdf", endpoint)); suppressWarnings(print(ggforest(model, data = cohort))); invisible(dev.off())
}
tell("Cox models, tests and forests")

set.seed(1)
for (endpoint in endpoints) for (terms in list(covariates, "score"))
  validate(cph(model_of(endpoint, terms), cohort, x = TRUE, y = TRUE, surv = TRUE), B = 1000)
tell("Optimism, 4 models, 1,000 resamples")
