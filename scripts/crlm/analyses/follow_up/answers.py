"""How long the patients were followed, in a sentence, and whether that is long enough for what is reported."""

from crlm.analyses.follow_up.words import find_completeness, warn
from crlm.display import formats
from crlm.display.keys import OVERALL, mark, name_group
from crlm.display.sections import Answer
from crlm.plan import phrases


def answer(plan, results):
    """Patients, events and median follow-up of the main endpoint."""
    name = plan["main"]["endpoint"]
    whole = _find_whole(results, name)
    patients, events = int(whole["patients"]), int(whole["events"])
    if not patients:
        return
    label = plan["endpoints"][name]["label"]

    def tell(text, what):
        return mark(text, name_group(name, what, OVERALL, ""))

    words = (
        f"{label}: {tell(events, 'events')} {phrases.decline(events, 'event')} in "
        f"{tell(patients, 'patients')} {phrases.decline(patients, 'patient')}"
    )
    if not formats.is_missing(whole["follow_up_median"]):
        middle = formats.format_median(
            *(whole[f"follow_up_{key}"] for key in ("median", "lower", "upper")), patients
        )
        words += (
            f", median follow-up {tell(middle, 'follow_up')} months "
            "(95% confidence interval; reverse Kaplan-Meier)"
        )
    yield Answer(f"{words}.", table="follow_up")


def list_limits(plan, results):
    """Endpoints of which a month is reported that half of the patients were not followed to; groups not followed equally well."""
    for name, endpoint in plan["endpoints"].items():
        middle = _find_whole(results, name)["follow_up_median"]
        late = [month for month in endpoint["landmarks_months"] if month > middle]
        if late:
            months = phrases.join_words(f"{month:g}" for month in late)
            yield (
                f"{endpoint['label']}: the median follow-up of {formats.format_number(middle)} months is shorter than what is "
                f"reported at {months} months, which rests on the patients who came early."
            )
    main = plan["main"]["grouping"]
    for name, table in find_completeness(plan, results).items() if main else ():
        yield from warn(table, plan["endpoints"][name], {main: plan["groupings"][main]})


def _find_whole(results, name):
    summary = results["endpoints"][name]["summary"]
    return summary[summary["grouping"] == "overall"].iloc[0]
