# Writes the R files of tests/unit/cohort/r_files.json (base64): Rscript tests/golden/make_r_files.R FOLDER
folder <- commandArgs(trailingOnly = TRUE)[1]
cohort <- data.frame(
  ID = c("A1", "A2", "Süd"), Age = c(61L, NA, 70L), Size = c(3.5, NA, 12),
  Day = as.Date(c("2012-03-04", NA, "1969-12-30")),
  Level = factor(c("low", NA, "high"), levels = c("low", "high")), Flag = c(TRUE, NA, FALSE),
  Zone = as.POSIXct(c("2012-03-04 00:30", NA, "2012-07-01 00:30"), tz = "Europe/Oslo"),
  Wait = as.difftime(c(63, NA, 366), units = "days")
)
# A time without a zone is that of the computer: midnight in Berlin is the evening before in UTC
Sys.setenv(TZ = "Europe/Berlin")
cohort$Local <- as.POSIXct(c("2012-03-04", NA, "2012-07-01"))
Sys.setenv(TZ = "UTC")
attr(cohort$Local, "tzone") <- NULL
saveRDS(cohort, file.path(folder, "frame.rds"))
tibble <- structure(cohort, class = c("tbl_df", "tbl", "data.frame"))
saveRDS(tibble, file.path(folder, "tibble.rds"), compress = "xz")
saveRDS(cohort, file.path(folder, "plain.rds"), compress = FALSE)
other <- data.frame(x = 1:2)
numbers <- 1:3
save(cohort, numbers, file = file.path(folder, "one.rda"))
save(cohort, other, file = file.path(folder, "two.RData"), compress = "bzip2")
saveRDS(numbers, file.path(folder, "vector.rds"))
