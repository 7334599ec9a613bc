"""Notes below figures: what holds for several is told once."""

from crlm.plan import phrases


def tell_once(pairs):
    """Lines `A, B and C: reason.` of (label, reason), in the order in which a reason comes first."""
    reasons = {}
    for label, reason in pairs:
        labels = reasons.setdefault(str(reason).rstrip("."), [])
        if label not in labels:
            labels.append(label)
    return [f"{phrases.join_words(labels)}: {reason}." for reason, labels in reasons.items()]
