"""Words of the endpoints and their follow-up, with a warning where groups are not followed equally well."""

from crlm.analyses.follow_up.tables import tabulate_completeness, tabulate_follow_up
from crlm.display import formats
from crlm.display.sections import Section
from crlm.plan import phrases

SUSPECT = 0.05  # ASSUME p below it is a reason to look, not a proof; it is not adjusted
REFERENCE = {
    "text": "Clark TG, Altman DG, De Stavola BL. Quantification of the completeness of follow-up. Lancet 2002;359:1309-1310",
    "doi": "10.1016/S0140-6736(02)08272-7",
    "pmid": 11965278,
}


def tabulate_main(plan, results):
    """Follow-up per endpoint."""
    summaries = {name: results["endpoints"][name]["summary"] for name in plan["endpoints"]}
    yield tabulate_follow_up(summaries, plan["endpoints"], find_completeness(plan, results))


def show_main(page):
    """The section of endpoints and follow-up."""
    return [Section("follow-up", "Endpoints and follow-up", page.table("follow_up"))]


def tabulate_study(plan, results):
    """How complete the follow-up is in each group."""
    if found := find_completeness(plan, results):
        yield tabulate_completeness(found, plan["endpoints"], plan["groupings"])


def show_study(page):
    """Where the groups are not followed equally well, and the table."""
    plan = page.plan
    warnings = [
        text
        for name, table in find_completeness(plan, page.results).items()
        for text in warn(table, plan["endpoints"][name], plan["groupings"])
    ]
    blocks = [{"kind": "text", "paragraphs": warnings}] if warnings else []
    blocks += page.table("completeness")
    return [Section("completeness", "Completeness of follow-up", blocks)]


def warn(table, endpoint, groupings):
    """A sentence for every grouping whose groups are not followed equally well; table: follow_up/{endpoint}.csv."""
    for key, grouping in groupings.items():
        rows = table[(table["grouping"] == key) & table["completeness"].notna()]
        if not len(rows) or not rows["p_value"].iloc[0] < SUSPECT:
            continue
        shares = phrases.join_words(
            f"{grouping['group_labels'][row.group]} {formats.format_percent(row.completeness)} %"
            for row in rows.itertuples()
        )
        yield (
            f"The completeness of follow-up for {endpoint['label']} differs by {grouping['label']} ({shares}; "
            f"{formats.state_p(rows['p_value'].iloc[0])}). If those lost fared differently, the groups' curves cannot be compared "
            "fairly."
        )


def list_not_done(plan):
    """Why it is not known how complete the follow-up is."""
    if not plan["cohort"]["data_lock"]:
        yield "Completeness of follow-up", "the plan has no closing date (cohort: data_lock)"
        return
    for endpoint in plan["endpoints"].values():
        if not endpoint["origin"]:
            why = "time does not count from a date (origin), so that the time possible is not known"
            yield f"{endpoint['label']}: completeness of follow-up", why


def tell_methods(plan, results):
    """How complete the follow-up is, and how that was compared; an empty list where it is not known."""
    if not _list_known(plan):
        return []
    words = (
        "Completeness of follow-up is Clark's C (Clark et al. 2002): observed person-time over the person-time that was "
        f"possible until the data lock ({plan['cohort']['data_lock']}). Whoever had an event that ends the time was followed "
        "completely. It is somewhat too low, since some of those lost would have had the event before the data lock. Limits are "
        "those of a ratio (delta method, logit scale). Groups were compared by the patients' observed minus C times possible "
        "months, with the C of all of them: sum of squares between groups over the mean square of all (chi-square, one degree "
        "of freedom less than groups); p below 0.05 is told in words, not adjusted for the number of groupings."
    )
    return [("Completeness of follow-up", [words])]


def list_references(plan):
    """The paper of the measure."""
    if not _list_known(plan):
        return []
    return [{"text": REFERENCE["text"], "links": phrases.list_links(REFERENCE)}]


def list_uses(plan):
    """Completeness is computed here."""
    if _list_known(plan):
        yield phrases.OWN, "completeness of follow-up"


def _list_known(plan):
    """Endpoints for which the possible time is known."""
    if not plan["cohort"]["data_lock"]:
        return []
    return [name for name, endpoint in plan["endpoints"].items() if endpoint["origin"]]


def find_completeness(plan, results):
    """{endpoint: follow_up/{endpoint}.csv} of the endpoints for which the possible time is known."""
    return {name: results["endpoints"][name]["completeness"] for name in _list_known(plan)}
