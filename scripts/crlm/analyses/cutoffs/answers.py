"""What the figures of cut-offs show."""

from crlm.display import findings, formats
from crlm.display.sections import Answer


def describe_figures(plan, results):
    """The cut that separates best with its corrected p-value, and whether a straight line fits the number."""
    for name, endpoint in plan["endpoints"].items():
        result = results["endpoints"][name]
        for key, spec in plan["cutoffs"].items():
            words = [*_tell_best(plan, result, key, spec), *_tell_line(plan, result, key)]
            if words:
                yield Answer(
                    f"{endpoint['label']}, {spec['label']}: {'; '.join(words)}.",
                    f"cutoffs_{name}_{key}",
                )


def _tell_best(plan, result, key, spec):
    best = result["maxstat"]
    best = findings.keep_known(
        best[(best["variable"] == key) & (best["analysis"] == "unstratified")], "cut", plan
    )
    for _, row in best.head(1).iterrows():
        unit = f" {spec['spec']['unit']}" if spec["spec"]["unit"] else ""
        sign = "≥" if row["operator"] == ">=" else ">"
        yield (
            f"of {row['cuts']:g} cuts {sign} {formats.format_number(row['cut'], 1)}{unit} separates best, "
            f"{formats.state_p(row['p_corrected'])} corrected for the search"
        )


def _tell_line(plan, result, key):
    tests = result["spline_tests"]
    tests = tests[(tests["variable"] == key) & (tests["analysis"] == "unstratified")]
    for _, row in findings.keep_known(tests, "p_nonlinear", plan).head(1).iterrows():
        yield (
            f"as a number {formats.state_p(row['p_overall'])}, departure of its spline from a straight line "
            f"{formats.state_p(row['p_nonlinear'])}"
        )
