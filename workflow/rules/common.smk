"""The plan, completed and checked before any job starts, and the library's sources."""

SCRIPTS = {
    name: find_source(f"../../scripts/{name}.py") for name in MANIFEST["scripts"]
}
SCORES = {
    name: workflow.source_path(f"../scores/{name}.yaml") for name in MANIFEST["scores"]
}

from crlm.analyses import order
from crlm.job.sources import close_imports, find_imports
from crlm.plan import freeze
from crlm.plan.build import build_plan
from crlm.plan.ingested import pick, select_ingested
from crlm.plan.phrases import name_endpoint
from crlm.plan.places import add_lines
from crlm.plan.schema import check_schema, nearest
from crlm.plan.scores import lay_own


def library(script, *modules):
    """Sources of the library that a script needs, and of `modules`: its rule takes them as input and reruns when they change."""
    text = Path(SCRIPTS[script]).read_text(encoding="utf-8")
    names = [*find_imports(text, TEXTS), *modules]
    words = CATALOGUE if "formats.use(" in text else []
    return [*(SOURCES[name] for name in close_imports(names, TEXTS)), *words]


def read_scores():
    """The registry: the scores of the workflow and those that the study adds in config/scores."""
    shipped = {name: read_yaml(path) for name, path in SCORES.items()}
    files = sorted(Path("config/scores").glob("*.yaml"))
    own = {path.stem: as_read(read_strictly(path)) for path in files}
    scores = {**shipped, **own}
    schema = read_yaml(workflow.source_path("../schemas/score.schema.yaml"))
    problems = [
        f"score {name}: {text}"
        for name, score in scores.items()
        for text in check_schema(score, schema)
    ]
    if problems:
        raise PlanError(problems)
    return lay_own(shipped, own)


def read_plan():
    try:
        return build_plan(
            restore(config, WRITTEN),
            read_yaml(workflow.source_path("../schemas/config.schema.yaml")),
            read_yaml(workflow.source_path("../schemas/dictionary.yaml")),
            read_scores(),
            read_yaml(workflow.source_path("../schemas/growth_patterns.yaml")),
            order.load("plan"),
            CUTOFF_FACTS,
            sorted(path.stem for path in Path("config/published").glob("*.csv")),
            read_yaml(workflow.source_path("../schemas/print.yaml")),
        )
    except PlanError as error:
        raise Refused(say_where(error.problems)) from None


def say_where(problems):
    """The problems of the plan, with their lines where the plan is one file."""
    files = [path for path in dict.fromkeys(CONFIG_FILES) if path.exists()]
    if len(files) == 1:
        problems = add_lines(problems, files[0].read_text(encoding="utf-8-sig"))
    return str(PlanError(problems))


def judge_frozen():
    """What was changed since the plan was frozen; empty where it was not. Bytes, since the hash is that of the file."""
    if not freeze.FROZEN.exists() or not freeze.PLAN.exists():
        return {}
    texts = [
        path.read_bytes().decode("utf-8", "replace")
        for path in (freeze.FROZEN, freeze.PLAN)
    ]
    try:
        return freeze.judge(*texts)
    except PlanError as error:
        raise Refused(str(error)) from None


def list_exclusions(wildcards, input):
    """The exclusions with their patients. Snakemake stores no param that is a function of the input: identifiers stay out of its records."""
    return EXCLUSIONS


def quote(words):
    """Words of the plan with the wide forms of { } <: to Snakemake's report the others are a wildcard, or the end of a script on its page."""
    return words.translate({ord(c): chr(ord(c) + 0xFEE0) for c in "{}<"})


def figure_files(stem, category, labels, kind):
    """The files of one figure: svg, shown in Snakemake's report with the caption of its kind, and the other formats of the plan."""
    shown = report(
        f"results/figures/{stem}.svg",
        caption=f"../report/captions/{kind}.rst",
        category=category,
        labels={k: v if k == "endpoint" else quote(v) for k, v in labels.items()},
    )
    others = [form for form in PLAN["output"]["formats"] if form != "svg"]
    return [shown, *(f"results/figures/{stem}.{form}" for form in others)]


def of_endpoints(pattern):
    """The file of every endpoint, in the plan's order: for a job that does them all."""
    claim_files([pattern])
    return expand(pattern, endpoint=PLAN["endpoints"])


def endpoint_figures(kind, category, titles, endpoints=None, captions=None):
    """The figures of a job that does every endpoint (or some), by name: <kind>_<place of the endpoint>_<name>.

    titles: {name of the figure: its title in Snakemake's report}; captions: {name: its caption, where that is not of the kind}.
    """
    claim_files(f"results/figures/{kind}_{{endpoint}}_{name}.svg" for name in titles)
    return {
        f"{kind}_{place}_{name}": figure_files(
            f"{kind}_{endpoint}_{name}",
            category,
            {"endpoint": endpoint, "figure": title},
            (captions or {}).get(name, kind),
        )
        for place, endpoint in enumerate(PLAN["endpoints"])
        for name, title in titles.items()
        if endpoints is None or endpoint in endpoints
    }


def say_what_is_replaced():
    for name, score in PLAN["scores"].items():
        if score.get("replaced"):
            print(f"config/scores/{name}.yaml: {score['replaced']}", file=sys.stderr)


def claim_files(patterns):
    """No two endpoints make one file: in its name the endpoint and a grouping, model or table are joined by `_`.

    Asked before a job of every endpoint is declared: Snakemake would say it in its own words.
    """
    problems = {}
    for pattern in patterns:
        for endpoint in PLAN["endpoints"] if "{endpoint" in pattern else []:
            file = re.sub(r"\{endpoint[^}]*\}", endpoint, pattern)
            other = MAKERS.setdefault(file, endpoint)
            if other != endpoint:
                problems[other, endpoint] = (
                    f"endpoints.{endpoint}: {endpoint} and {other} would both make {file}; rename one of them."
                )
    if problems:
        raise Refused(say_where(problems.values()))


def check_files():
    claim_files([str(file) for rule in workflow.rules for file in rule.output])


def check_figures(named):
    """The plan names figures that are made. named: {place in the plan: names of figures}."""
    made = [Path(file).stem for file in FIGURES]
    problems = [
        f"output.{place}: there is no figure {name}.{nearest(name, made)}"
        for place, names in named.items()
        for name in names
        if name not in made
    ]
    if problems:
        raise Refused(say_where(problems))


def say_what_failed():
    print(
        "\nNot finished. What is wrong and what to do stands above, before any line with RuleException; "
        f"the steps' logs are in {Path('logs').resolve()}.",
        file=sys.stderr,
    )


def say_where_the_report_is():
    made, targets = list_outputs(workflow.dag.jobs), workflow.dag_settings.targets
    said = state.name_what_was_made("results/report.html", made, targets)
    print(f"\n{said}", file=sys.stderr)


CUTOFF_FACTS = read_yaml(workflow.source_path("../schemas/cutoffs.yaml"))
TEXTS = {name: Path(path).read_text(encoding="utf-8") for name, path in SOURCES.items()}
PLAN = read_plan()
PLAN["frozen_plan"] = judge_frozen()
SMALL_CELLS = PLAN["output"]["privacy"]["small_cells"]
LANGUAGE = PLAN["output"]["language"]
# the file with the words of the report's language, for every script that writes words
CATALOGUE = []
if LANGUAGE != "en":
    CATALOGUE = [workflow.source_path(f"../languages/{LANGUAGE}.po")]
NUMBERS = PLAN["numbers"]
# findings quote the files: their numbers stay as they are, and nothing is hidden from those who have the files
QUOTING = {}
if LANGUAGE != "en":
    QUOTING = {"language": LANGUAGE, "own": list(NUMBERS["own"]), "verbatim": True}
    QUOTING["own"] += [table["name"] for table in PLAN["sources"] if table.get("name")]
WIDTHS = {"": PLAN["output"]["width"], **PLAN["output"]["widths"]}
EXCLUSIONS = PLAN["cohort"]["exclusions"]
PLAN["cohort"] = {
    **PLAN["cohort"],
    "exclusions": pick(
        EXCLUSIONS, *{k for e in EXCLUSIONS.values() for k in e} - {"patients"}
    ),
}
LISTED = state.hash_secret(
    [e.get("patients") for e in EXCLUSIONS.values()], PLAN["sources"][0]["file"]
)
# What the report reads; each rule file adds its own.
RESULTS = {}  # name: file
ENDPOINT_RESULTS = {}  # name: file with the wildcard {endpoint}
FIGURES = []
MAKERS = {}  # file: endpoint
ALSO_CHECKED = {}  # analysis with a check.py: names of what that reads
WORDS = [
    f"analyses.{name}.{part}"
    for name in order.ORDER
    for part in ("words", "answers", "numbers")
    if f"analyses.{name}.{part}" in SOURCES
]
COMPETING = [
    name
    for name, spec in PLAN["endpoints"].items()
    if len(spec["events"]) + len(spec["competing"]) > 1 and not spec["entry"]
]
MULTIVARIABLE = {k: v for k, v in PLAN["models"].items() if k != "univariable"}


wildcard_constraints:
    endpoint="|".join(PLAN["endpoints"]),
