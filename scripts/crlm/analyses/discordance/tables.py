"""Display tables of the growth patterns of single lesions: agreement, change of group, hazard ratio."""

from crlm.display import formats
from crlm.display.cells import (
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    number,
    p_value,
    ratio,
    share,
    text,
)
from crlm.display.complements import show_parts
from crlm.plan import phrases
from crlm.plan.phrases import tell_evidence

LIMITS = ("%", "lower 95%", "upper 95%")
RATIO = ("hazard ratio", "lower 95%", "upper 95%")
PARTS = {"lesions": "Between lesions of a patient", "blocks": "Between blocks of a lesion"}
UNITS = {"lesions": "patients", "blocks": "lesions"}


def tabulate_concordance(concordance, assessed, plan, rules, small_cells=None):
    """Pairs given the same group: discordance/concordance.csv and assessed.csv; plan, rules: of the plan.

    small_cells: of fewer patients the blocks are not told: as many as lesions are those of one.
    """
    levels = plan["by_levels"]
    over = f"Same group, % (95% CI), by {plan['by_label']}" if levels else ""
    overall = "All" if levels else "Same group, % (95% CI)"
    columns = (
        Column("", align="left"),
        Column("With two\nor more"),
        Column("Pairs"),
        Column(overall, over, parts=LIMITS),
        *(Column(plan["by_level_labels"][level], over, parts=LIMITS) for level in levels),
        Column("With different\ngroups, n (%)", parts=("n", "%")),
        Column("Not\ndetermined"),
    )
    rows = []
    for comparison, label in PARTS.items():
        mine = concordance[concordance["comparison"] == comparison]
        per_level = mine.dropna(subset="level").set_index(["rule", "level"])
        mine = mine[mine["level"].isna()]
        if not mine["pairs"].sum():
            continue
        rows.append(head(f"{label} (counted: {UNITS[comparison]})", len(columns)))
        for row in mine.to_dict("records"):
            cells = (
                text(rules[row["rule"]]["label"]),
                count(row["units"]),
                count(row["pairs"]),
                _percent(row),
                *(_percent(per_level.loc[(row["rule"], level)]) for level in levels),
                share(row["discordant_units"], row["units"]),
                count(row["undetermined"]),
            )
            rows.append(Row(cells, indent=1))
        for item in plan["published"]:
            if item["comparison"] == comparison:
                cells = [Cell()] * len(columns)
                cells[0] = text(f"Published: {item['source']}; {tell_evidence(item['evidence'])}")
                cells[2] = count(item["number"]) if "number" in item else Cell()
                cells[3] = Cell(f"{item['percent']:g}", (item["percent"], None, None), ("0.0",) * 3)
                rows.append(Row(tuple(cells), indent=1))
    numbers = []
    for row in assessed.itertuples():
        patients = phrases.plural(int(row.patients), "patient")
        lesions = phrases.plural(int(row.lesions), "lesion")
        blocks = phrases.plural(int(row.blocks), "block")
        many = row.patients >= (small_cells or 0)
        numbers.append(
            f"{patients} with {lesions} ({blocks})" if many else f"{patients} with {lesions}"
        )
    notes = (
        f"Assessed: {phrases.join_words(numbers)}. A lesion has the group of the mean over its blocks. 95% limits by bootstrap of "
        "patients. Published numbers of pairs as printed in the source.",
    )
    title = "Growth pattern of the single lesions of a patient"
    return DisplayTable("discordance", title, columns, tuple(rows), notes, "Lesions")


def _percent(row):
    values = tuple(
        None if formats.is_missing(row[key]) else row[key] for key in ("percent", "lower", "upper")
    )
    return Cell(formats.format_interval(*values), values, ("0.0",) * 3)


def tabulate_changes(groups, plan, rules, small_cells=None):
    """Patients whose group changes when one lesion is scored instead of the mean: discordance/groups.csv."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Other group,\nn (%)", parts=("n", "%")),
        Column("Not\ndetermined"),
        Column("From the group of the mean to the group of the lesion", align="left"),
    )
    rows = []
    for key, rule in rules.items():
        mine = groups[groups["rule"] == key]
        if mine.empty:
            continue
        rows.append(head(rule["label"], len(columns)))
        names = {level: spec["label"] for level, spec in rule["levels"].items()}
        for summary, label in plan["labels"].items():
            table = mine[mine["summary"] == summary]
            if table.empty:
                continue
            known = table.dropna(subset=["mean_group", "group"])
            changed = known[known["mean_group"] != known["group"]]
            total, moved = known["patients"].sum(), changed["patients"].sum()
            digits = 1 if summary == "random" else 0
            changed = changed.sort_values("patients", ascending=False, kind="stable")
            sizes = show_parts(list(changed["patients"]), small_cells, f".{digits}f")
            moves = [
                f"{names[row.mean_group]} → {names[row.group]}: {size}"
                for row, size in zip(changed.itertuples(), sizes, strict=True)
            ]
            percent = 100 * moved / total if total else None
            words = f"{formats.format_number(moved, digits)} ({formats.format_number(percent)})"
            cells = (
                text(label),
                number(total, 0),
                Cell(words, (moved, percent), ("0.0", "0.0"), counted=True),
                count(table["patients"].sum() - total),
                text("; ".join(moves)),
            )
            rows.append(Row(cells, indent=1))
    notes = (
        "One lesion at random: expected numbers. The largest lesion cannot be chosen, because the table of blocks has no sizes.",
    )
    title = "Growth-pattern groups when one lesion stands for the patient"
    return DisplayTable("discordance_groups", title, columns, tuple(rows), notes, "Lesions, groups")


def tabulate_lesion_hazards(hazards, plan, rules, endpoints):
    """Hazard ratio of every rule of two groups by the lesion that is scored: discordance/hazards.csv."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events"),
        Column("HR (95% CI)", parts=RATIO),
        Column("p"),
        Column("HR (95% CI), stratified", parts=RATIO),
        Column("p"),
    )
    rows, notes = [], []
    for (endpoint, rule), block in hazards.groupby(["endpoint", "rule"], sort=False):
        names = {level: spec["label"] for level, spec in rules[rule]["levels"].items()}
        first = block.iloc[0]
        title = f"{endpoints[endpoint]['label']}: {names[first['level']]} against {names[first['reference']]}"
        rows.append(head(title, len(columns)))
        for summary, label in plan["labels"].items():
            mine = block[block["summary"] == summary]
            if mine.empty:
                continue
            found = {row["analysis"]: row for row in mine.to_dict("records")}
            plain, stratified = found["unstratified"], found.get("stratified")
            cells = (
                text(label),
                count(plain["patients"]),
                count(plain["events"]),
                *_hazard(plain),
                *(_hazard(stratified) if stratified else (Cell(), Cell())),
            )
            rows.append(Row(cells, indent=1))
            notes += [
                f"{title}, {label}: {row['note']}."
                for row in found.values()
                if not formats.is_missing(row["note"]) and formats.is_missing(row["hazard_ratio"])
            ]
    draws = hazards.loc[hazards["summary"].eq("random") & hazards["hazard_ratio"].notna(), "note"]
    said = ["Patients with a group in every row of a block."]
    if plan["by"]:
        said.append(f"Stratified by {plan['by_label']}; patients in whom it is known.")
    if len(draws):
        said.append(f"One lesion at random: {draws.iloc[0]}.")
    title = "Hazard ratio of the growth pattern by the lesion that is scored"
    notes = (" ".join(said), *dict.fromkeys(notes))
    return DisplayTable(
        "discordance_hazards", title, columns, tuple(rows), notes, "Lesions, hazards"
    )


def _hazard(row):
    return ratio(row["hazard_ratio"], row["lower"], row["upper"]), p_value(row["p_value"])
