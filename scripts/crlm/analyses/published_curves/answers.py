"""What the figures of reconstructed published curves show."""

from crlm.display import findings, formats
from crlm.display.sections import Answer
from crlm.plan import phrases
from crlm.scores.published_strata import LEAST, state_mismatch


def describe_figures(plan, results):
    """The hazard ratio of this cohort against the published patients, stratum by stratum, with its test."""
    for key, curve in plan["published_curves"].items():
        groups = results["reconstructed_groups"]
        rows = groups[
            (groups["curve"] == key) & groups["group"].notna() & (groups["patients"] >= LEAST)
        ]
        rows = findings.keep_known(rows, "hazard_ratio", plan)
        if rows.empty:
            continue
        labels = [
            f" with {row['group_label']}" if len(rows) > 1 else "" for _, row in rows.iterrows()
        ]
        parts = [
            f"{findings.tell_ratio(row)}{label}, log-rank test, {formats.state_p(row['p_value'])}"
            for (_, row), label in zip(rows.iterrows(), labels, strict=True)
        ]
        endpoint = plan["endpoints"][curve["endpoint"]]
        words = [
            f"{endpoint['label']}: hazard ratio of this cohort against {curve['label']}, not adjusted for anything: "
            + "; ".join(parts),
            *state_mismatch(curve["published_endpoint"], endpoint),
        ]
        yield Answer(
            " ".join(map(phrases.as_sentence, words)), f"reconstructed_{curve['endpoint']}_{key}"
        )
