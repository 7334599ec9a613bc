"""The score engine, the registry's page, growth patterns, published strata."""
