"""What the highest numbers of a column betray: all are too low for the unit, or one is far too high."""

from crlm.cohort.findings import build_finding

ENOUGH = 20  # known values of which the highest says something
FAR = (
    100  # how many times the next number one number is, when it is told: a unit, or a decimal sign
)


def check_highest(value, spec):
    """Return a warning where not even the highest number is as high as one of twenty is (`plausible_highest`), or is far too high.

    `value` is in the unit of the analysis. Far too high is told of variables of which it is not known what is plausible.
    """
    known = value.dropna().sort_values()
    if len(known) < ENOUGH or known.iloc[-1] <= 0:
        return []
    least, unit = spec.get("plausible_highest"), f" {spec['unit']}" if spec["unit"] else ""
    if least and known.iloc[-1] < least:
        hint = (spec["hint"] or {}).get("below") if spec["factor"] == 1 else None
        hint = hint or "check the unit of the column, and whether these are logarithms"
        return [
            build_finding(
                "warning",
                "unit_suspect",
                f"{spec['label']}: no value is above {known.iloc[-1]:g}{unit}; among {len(known)} patients one of at least "
                f"{least:g}{unit} is expected.",
                f"{hint[0].upper()}{hint[1:]}. If the numbers are right, nothing is to be done.",
                column=spec["column"],
            )
        ]
    if spec["kind"] not in ("continuous", "count") or spec["plausible"]:
        return []
    last, next_one = known.iloc[-1], known.iloc[-2]
    if next_one <= 0 or last <= FAR * next_one:
        return []
    return [
        build_finding(
            "warning",
            "unlikely_value",
            f"{spec['label']} is {last / next_one:.0f} times the next highest number.",
            "Check it, its unit and its decimal sign; it is used as it is.",
            row=known.index[-1],
            column=spec["column"],
            value=f"{last:g}{unit}",
        )
    ]
