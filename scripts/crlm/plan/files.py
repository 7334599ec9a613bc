"""How a file of the plan is to be read: what cannot be meant together."""

ENDINGS = (
    "csv",
    "tsv",
    "txt",
    "xlsx",
    "xls",
    "parquet",
    "sav",
    "dta",
    "rds",
    "rda",
    "rdata",
    "sql",
)
FRAMES = ("parquet", "sav", "dta", "rds", "rda", "rdata", "sql")  # hold a table, and no lines
LINES = ("header_row", "skip_rows", "comment")


def check_file(spec, place, problems):
    """Add to the problems what a block with `file` (the cohort, a table of blocks) says about it that cannot be carried out."""
    if {*"{}"} & {*spec["file"]}:
        problems.append(f"{spec['file']}: the name of a file has no braces here; rename it.")
    ending = spec["file"].rsplit(".", 1)[-1].lower()
    if ending not in ENDINGS:
        problems.append(f"{spec['file']}: the ending is none of {', '.join(ENDINGS)}.")
    if ending == "sql" and not spec.get("connection"):
        problems.append(
            f"{place}.connection: name the environment variable that holds the database's URL; {spec['file']} is a query."
        )
    if ending != "sql" and spec.get("connection"):
        problems.append(
            f"{place}.connection: it goes with a query only, a file that ends in .sql; {spec['file']} is read as a table."
        )
    problems.extend(
        f"{place}.{key}: {spec['file']} holds a table and no lines of text, so that it cannot be applied; take it out."
        for key in LINES
        if ending in FRAMES and spec.get(key)
    )
    if spec.get("thousands") and spec["thousands"] == spec.get("decimal", "."):
        problems.append(
            f"{place}.thousands: '{spec['thousands']}' is also the decimal sign; give the other one under `decimal`."
        )
    lines = spec.get("header_row") or []
    for line in [lines] if isinstance(lines, int) else lines:
        if line in spec.get("skip_rows", []):
            problems.append(f"{place}.skip_rows: line {line} is the header.")
