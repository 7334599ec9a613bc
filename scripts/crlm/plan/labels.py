"""Growth patterns recorded as one label: the shares that follow from it."""

from crlm.plan.variables import list_levels


def share_labels(variables, mapped, columns, blocks, patterns):
    """Let shares follow from labels only where these are all there is, and give a label in the table of blocks its shares.

    Of the rarer patterns only those have a share that a code of the label means or a rule asks for. Changes `variables` and
    `blocks`.
    """
    label = blocks["label"] if blocks else None
    asked = {
        share
        for rule in patterns.values()
        for level in rule["levels"].values()
        for share in level.get("sum", [])
    }
    recorded = [name for name in mapped if variables[name].get("pattern")]
    for name, spec in variables.items():
        rule = next((each for each in spec.get("derive") or [] if "share_of" in each), None)
        if rule is None:
            continue
        column = label or columns.get(rule["variable"])
        codes = column["values"].values() if column else []
        meant = {level for code in codes for level in list_levels(code)}
        wanted = not meant or rule["share_of"] in meant or name in asked
        wanted = wanted and rule["share_of"] in variables[rule["variable"]]["levels"]
        if recorded or blocks or not wanted:
            spec["derive"] = [each for each in spec["derive"] if each is not rule]
        if label and wanted:
            entry = {"pattern": True, "level": rule["share_of"], "column": label["column"]}
            keys = ("kind", "unit", "range", "plausible", "plausible_median", "hint")
            spec_of = {key: spec.get(key) for key in (*keys, "label", "levels", "level_labels")}
            blocks["columns"][name] = {**label, **spec_of, **entry, "values": {}, "factor": 1}
