"""All tables of a study, in order and numbered: the same numbers in the report, in Word and in Excel."""

from dataclasses import replace
from itertools import count

from crlm.analyses import order
from crlm.display import cells, privacy


def build_tables(plan, results):
    """Return the DisplayTables of a study in the order of reading, those of the main text numbered from 1, those of the
    supplement from S1; those without a row are left out.

    plan: the analysis plan. results: dict of result tables (DataFrames in the form of the files of the same name) by the names
    that the rules give them, and `endpoints`: {endpoint: {name: table}}. The analyses say which tables they make of them.
    """
    analyses = order.load("words").values()
    main = [table for table in _call(analyses, "tabulate_main", plan, results) if table]
    tables = [*main, *_call(analyses, "tabulate_study", plan, results)]
    for name in plan["endpoints"]:
        tables += _call(analyses, "tabulate_endpoint", plan, results, name)
    tables += _call(analyses, "tabulate_last", plan, results)
    found = [*list_empty(plan, results), *_call(analyses, "list_not_possible", plan, results)]
    tables.append(tabulate_not_done([*list_not_done(plan), *found]))
    tables = [cells.drop_empty(table) for table in tables if table]
    if least := plan["output"]["privacy"]["small_cells"]:
        tables = [table if table.published else privacy.hide(table, least) for table in tables]
    tables = [cells.finish(table) for table in tables]
    if plan["study"]["synthetic"]:
        tables = map(cells.tell_synthetic, tables)
    first = {table.name for table in main}
    places = {True: count(1), False: count(1)}
    return [
        replace(
            table,
            number=("" if table.name in first else "S") + str(next(places[table.name in first])),
        )
        for table in tables
    ]


def _call(analyses, function, *args):
    """What the analyses that have the function yield."""
    for words in analyses:
        yield from getattr(words, function, lambda *_: ())(*args)


def list_not_done(plan):
    """(analysis, why) of every analysis of the software that the plan or the cohort does not allow."""
    return list(_call(order.load("words").values(), "list_not_done", plan))


def list_empty(plan, results):
    """(analysis, why) of every analysis that the plan asks for and of which the cohort leaves nothing."""
    analyses = order.load("words").values()
    return [
        (f"{plan['endpoints'][name]['label']}: {analysis}", why)
        for name in plan["endpoints"]
        for analysis, why in _call(analyses, "list_empty", plan, results["endpoints"][name])
    ]


def tabulate_not_done(reasons):
    """The table of what was not done, and why."""
    columns = (cells.Column("Analysis", align="left"), cells.Column("Why", align="left"))
    rows = tuple(cells.Row((cells.text(name), cells.text(why))) for name, why in reasons)
    return cells.DisplayTable("not_done", "Analyses not done", columns, rows, short="Not done")
