"""When and where disease comes back: timing, pattern with competing deaths, hazard over time, survival after it."""
