"""What the figure of the lesions shows."""

from crlm.analyses.discordance.tables import PARTS
from crlm.display import findings
from crlm.display.sections import Answer
from crlm.plan import phrases

NAMES = ("percent", "lower", "upper")


def describe_figures(plan, results):
    """The share of the pairs that each rule gives the same group."""
    if not plan["discordance"]:
        return
    table = results["discordance_concordance"]
    table = table[table["level"].isna() & table["percent"].notna()]
    hidden = plan["output"]["privacy"]["small_cells"] or 0
    table = table[(table["pairs"] >= max(1, hidden)) & (table["units"] >= hidden)]
    parts = []
    for comparison, label in PARTS.items():
        shares = [
            f"{findings.tell_number(row, NAMES)}% by {plan['growth_patterns'][row['rule']]['label']}"
            for _, row in table[table["comparison"] == comparison].iterrows()
        ]
        if shares:
            parts.append(f"{phrases.lower_first(label)}, {phrases.join_words(shares)}")
    if parts:
        yield Answer(
            f"Share of the pairs given the same group: {'; '.join(parts)}.", "discordance_cohort"
        )
