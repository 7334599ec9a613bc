# Gray's test where nobody is censored and groups die out one after another: Rscript tests/golden/make_gray.R > tests/golden/gray.json
# The pooled incidence then reaches 1 before the last event. Where several groups are still at risk cuminc ends with an error.
suppressPackageStartupMessages({library(cmprsk); library(jsonlite)})

groups <- c("aabb", "aabbb", "aaabbb", "aaaabbbb", "aaaabbcc", "aaaabcbc")
run <- function(text) {
  group <- strsplit(text, "")[[1]]
  found <- tryCatch(cuminc(seq_along(group), rep(1, length(group)), group)$Tests[1, ], error = function(e) c(stat = NA, pv = NA, df = NA))
  list(groups = text, statistic = found[["stat"]], p = found[["pv"]], df = found[["df"]])
}
cat(toJSON(lapply(groups, run), auto_unbox = TRUE, digits = 15, na = "null", pretty = TRUE), "\n")
