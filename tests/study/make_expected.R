# The miniature study once more, in R and from the raw export: Rscript make_expected.R data/klinik.csv expected.json
suppressMessages({library(survival); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
raw <- read.csv2(arguments[1], fileEncoding = "cp1252", na.strings = c("", "kA"), check.names = FALSE)
raw <- raw[raw$Alter <= 82 & raw$Fall != "F003", ]
month <- 30.4375
d <- data.frame(id = raw$Fall, age = raw$Alter / 10, size = raw[["Größe_mm"]] / 10, count = raw$Anzahl, albumin = raw$Albumin_g_dL * 10)
d$sex <- factor(raw$Geschlecht, c("w", "m")); d$clinic <- factor(raw$Klinik, c("Nord", "Süd"))
marker <- sub("<", "", raw$Marker); d$marker <- log2(as.numeric(sub(",", ".", marker)))
d$stage <- raw$Stufe; d$kind <- raw$Typ; d$care <- factor(raw$Nachbehandlung, c("n", "j"))
relapsed <- raw$Rezidiv == 1
d$efs_time <- ifelse(relapsed, raw$Tage_Rezidiv, raw$Tage) / month
d$efs_event <- as.numeric(relapsed | raw$Exitus == 1)
time <- raw$Tage / month
d$life_time <- pmin(time, 60); d$life_event <- ifelse(time > 60, 0, raw$Exitus)
d$d <- raw$d * 100; d$r <- raw$r * 100

# The burden score; missing unless every component is known (or the bounds agree, checked in Python by enumeration).
d$burden <- ifelse(d$size > 8, 3, ifelse(d$size >= 4, 1, 0)) + (d$count > 1) + (d$albumin < 35)
d$bulk <- sqrt(d$size^2 + d$count^2)
d$group <- ifelse(d$burden <= 1, "light", "heavy")

curve <- function(time, event) {
  fit <- survfit(Surv(time, event) ~ 1, conf.type = "log-log")
  unname(summary(fit)$table[c("records", "events", "median", "0.95LCL", "0.95UCL")])
}
cox <- function(fit) {
  s <- summary(fit)$coefficients
  list(coef = unname(s[, "coef"]), se = unname(s[, ncol(s) - 2]), n = fit$n, events = fit$nevent)
}
stage <- survdiff(Surv(efs_time, efs_event) ~ stage, d)
keep <- d$efs_time > 4; late <- d[keep, ]; late$efs_time <- late$efs_time - 4
known <- d[complete.cases(d[, c("efs_time", "burden", "age", "marker")]), ] # for both models
base <- coxph(Surv(efs_time, efs_event) ~ burden + age, known)
extended <- update(base, . ~ . + marker)
added <- anova(base, extended)
adjusted <- coxph(Surv(efs_time, efs_event) ~ age + size + marker + sex + strata(clinic), d)
result <- list(
  versions = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
  efs = curve(d$efs_time, d$efs_event), lifetime = curve(d$life_time, d$life_event),
  landmarks = summary(survfit(Surv(efs_time, efs_event) ~ 1, d), times = c(6, 24))$surv,
  stage = list(statistic = stage$chisq, df = 5),
  groups = list(light = sum(d$group == "light", na.rm = TRUE), heavy = sum(d$group == "heavy", na.rm = TRUE), known = sum(!is.na(d$burden))),
  adjusted = cox(adjusted), zph = unname(cox.zph(adjusted)$table[, "chisq"]),
  clustered = { f <- coxph(Surv(life_time, life_event) ~ age + burden, d, cluster = stage)
                list(coef = unname(coef(f)), se = unname(sqrt(diag(vcov(f))))) },
  bulk = cox(coxph(Surv(efs_time, efs_event) ~ bulk, d)),
  late = cox(coxph(Surv(efs_time, efs_event) ~ care + age, late)),
  marker_from_50 = cox(coxph(Surv(efs_time, efs_event) ~ as.numeric(marker >= log2(50)) + strata(clinic), d)),
  marker_linear = { f <- coxph(Surv(efs_time, efs_event) ~ marker + strata(clinic), d)
                    list(hazard_ratio = unname(exp(coef(f))), p = unname(summary(f)$logtest["pvalue"])) },
  added = list(n = extended$n, events = extended$nevent, statistic = added$Chisq[2], p = added[[4]][2],
               concordance = c(concordance(base)$concordance, concordance(extended)$concordance)),
  age = cox(coxph(Surv(efs_time, efs_event) ~ age, d)),
  restricted_mean = lapply(1:6, function(each)
    unname(summary(survfit(Surv(efs_time, efs_event) ~ 1, d[which(d$stage == each), ]), rmean = 24)$table[c("rmean", "se(rmean)")])))
write_json(result, arguments[2], digits = 15, auto_unbox = TRUE, pretty = TRUE)
