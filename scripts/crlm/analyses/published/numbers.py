"""Events observed over those expected by published strata, by key."""

from crlm.display.keys import Number, make_key, tell_ratio
from crlm.scores.published_strata import keep_comparable

ALL = "overall"
COLUMNS = ("ratio", "lower", "upper")


def name_ratio(endpoint, score):
    """The key of the ratio of a score: `os_observed_expected_fong`."""
    return make_key(endpoint, "observed_expected", score)


def choose_rows(plan, result):
    """The ratios over all strata of the scores in use that were published for the same endpoint, one per score.

    Of a score published in several ways, as points and as groups, that which counts most patients.
    """
    table = keep_comparable(result["published_expected"], plan["endpoints"])
    table = table[table["same_endpoint"].astype(bool) & table["ratio"].notna()]
    table = table[(table["kind"] == ALL) & table["score"].isin(plan["scores_used"])]
    return table.sort_values("patients", ascending=False, kind="stable").drop_duplicates("score")


def find_main(plan, results):
    """The main endpoint if a score was published for it, else the first such endpoint of the plan; None with nothing published."""
    for name in dict.fromkeys([plan["main"]["endpoint"], *plan["endpoints"]]):
        result = results["endpoints"][name]
        if "published_expected" in result and len(choose_rows(plan, result)):
            return name
    name = plan["main"]["endpoint"]
    return name if "published_expected" in results["endpoints"][name] else None


def list_numbers(plan, results):
    """The ratio of every such score, endpoint by endpoint."""
    for name in plan["endpoints"]:
        result = results["endpoints"][name]
        if "published_expected" not in result:
            continue
        for place, row in choose_rows(plan, result).to_dict("index").items():
            values = tuple(row[column] for column in COLUMNS)
            texts = tell_ratio(values)
            key, by = name_ratio(name, row["score"]), ("score", "source", "stratum")
            yield Number(key, values, texts, "published_expected", name, place, COLUMNS, by)
