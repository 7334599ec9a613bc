"""Run a study in this process: the rules as Snakemake reads them and the scripts as they are, a hundred times as fast.

Nothing is imitated but Snakemake's own work: which job makes which file, and the object `snakemake` that a script finds.
"""

import contextlib
import functools
import importlib
import io
import os
import pickle
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

import jinja2
import yaml
from crlm.display import combine, formats, language, style, word
from crlm.job import logs, sources, state, storage
from crlm.plan import schema
from snakemake.api import SnakemakeApi
from snakemake.exceptions import WorkflowError
from snakemake.iocontainers import Wildcards
from snakemake.settings.types import OutputSettings, Quietness, ResourceSettings
from snakemake.sourcecache import LocalSourceFile, SourceCache

READER = sys.modules[
    "snakemake.workflow"
]  # which imports snakemake.api, and wants to be imported by it
ROOT = Path(__file__).resolve().parent.parent
TARGET = "results/report.html"
FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BLANK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9pt"><path d="M 1 1"/></svg>'
)


class RefusedError(Exception):
    """The plan or the data were refused in words; the message is what the user reads."""


class FailedError(Exception):
    """A job ended with a traceback; `job` names it, the cause is the error."""

    def __init__(self, job, error):
        self.job, self.error = job, error
        super().__init__(f"{job}: {type(error).__name__}: {error}")


KEPT = {}  # what was read and checked before: files of the workflow, which no study changes


@contextlib.contextmanager
def keep_reading():
    """Files of the workflow are read and checked once in a process."""
    load, check, parse = yaml.load, schema.check_schema, READER.parse
    path, template = SourceCache.get_path, jinja2.Environment.compile
    read, imports = storage.read_table, sources.close_imports
    catalogue = language.read_catalogue

    def load_once(text, Loader):  # noqa: N803 (as PyYAML names it)
        if not (isinstance(text, str) and Loader is FAST):
            return load(text, Loader)
        if text not in KEPT:
            KEPT[text] = pickle.dumps(load(text, Loader))
        return pickle.loads(KEPT[text])

    def check_once(document, rules):
        if "endpoints" in rules["properties"]:  # the plan of a study
            return check(document, rules)
        key = repr(document)
        if key not in KEPT:
            KEPT[key] = check(document, rules)
        return KEPT[key]

    def parse_once(file, flow, linemap, **how):
        key = str(file), how.get("rulecount")
        if key not in KEPT:
            lines = {}
            KEPT[key] = parse(file, flow, lines, **how), lines
        linemap.update(KEPT[key][1])
        return KEPT[key][0]

    def find(cache, file):
        return str(file.path) if isinstance(file, LocalSourceFile) else path(cache, file)

    def compile_template_once(environment, source, name=None, *how, **more):
        key = "template", name, source
        if key not in KEPT:
            KEPT[key] = template(environment, source, name, *how, **more)
        return KEPT[key]

    def read_once(file, text=()):
        """A result is read by several jobs; what was written since is another file."""
        now = os.stat(file)
        key = "table", os.path.abspath(file), tuple(text), now.st_mtime_ns, now.st_ino
        if key not in tables:
            tables[key] = read(file, text)
        return tables[key].copy()

    def close_once(names, texts):
        key = "imports", tuple(names)
        if key not in KEPT:
            KEPT[key] = imports(names, texts)
        return KEPT[key]

    def read_catalogue_once(code, path):
        key = "catalogue", code, str(path)
        if key not in KEPT:
            KEPT[key] = pickle.dumps(catalogue(code, path))
        return pickle.loads(KEPT[key])

    def compile_once(text, file, mode):
        key = "code", text, str(file)
        if key not in KEPT:
            KEPT[key] = compile(text, file, mode)
        return KEPT[key]

    tables = {}
    patches = [
        # nothing is held, and nothing done at the end of the process: no run of Snakemake
        (state, "hold", lambda *_, **__: None),
        (storage, "read_table", read_once),
        (sources, "close_imports", close_once),
        (jinja2.Environment, "compile", compile_template_once),
        (yaml, "load", load_once),
        (schema, "check_schema", check_once),
        (READER, "parse", parse_once),
        (SourceCache, "get_path", find),
        (language, "read_catalogue", read_catalogue_once),
        (READER, "compile", compile_once),  # Python's own
    ]
    before = [getattr(place, name, compile) for place, name, _ in patches]
    for place, name, new in patches:
        setattr(place, name, new)
    try:
        yield
    finally:
        for (place, name, _), old in zip(patches, before, strict=True):
            setattr(place, name, old)


def read_workflow(study):
    """The workflow as Snakemake reads it in the folder of a study. Raises RefusedError with the words of a refused plan."""
    hold, state.hold = (
        state.hold,
        lambda *_, **__: None,
    )  # no run of Snakemake, whose lock is held to its end
    try:
        with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            flow = api.workflow(
                resource_settings=ResourceSettings(cores=1),
                snakefile=ROOT / "Snakefile",
                workdir=Path(study),
            )
            try:
                return flow._workflow
            except WorkflowError as error:
                raise RefusedError(str(error)) from None
            finally:
                flow._workflow_store.sourcecache.runtime_cache.cleanup()
    finally:
        state.hold = hold


def list_jobs(workflow, endpoints):
    """{file: (rule, wildcards)} of every file that the rules make. FailedError when two jobs make one file."""
    makers = {}
    for rule in workflow.rules:
        names = (
            rule.output.wildcard_names
            if hasattr(rule.output, "wildcard_names")
            else rule.wildcard_names
        )
        for endpoint in endpoints if names else [None]:
            wildcards = Wildcards(fromdict={"endpoint": endpoint} if names else {})
            job = rule, wildcards
            for file in rule.expand_output(wildcards)[0]:
                if str(file) in makers:
                    raise FailedError("rules", FileExistsError(f"{file} is made twice"))
                makers[str(file)] = job
    return makers


def order_jobs(makers, target):
    """The jobs that a file needs, each after those that it needs itself."""
    ordered, seen = [], set()

    def visit(file):
        if file not in makers:
            return
        rule, wildcards = makers[file]
        key = rule.name, tuple(wildcards)
        if key in seen:
            return
        seen.add(key)
        for needed in rule.expand_input(wildcards)[0]:
            visit(str(needed))
        ordered.append((rule, wildcards))

    visit(target)
    return ordered


@functools.cache
def compile_script(path):
    return compile(Path(path).read_text(encoding="utf-8"), path, "exec")


def run_job(rule, wildcards):
    """Run the script of a rule with the `snakemake` that it would find. Raises RefusedError when it stops in words, FailedError otherwise."""
    given = rule.expand_input(wildcards)[0]
    made = rule.expand_output(wildcards)[0]
    params = rule.expand_params(wildcards, given, made, None)[0]
    for file in [*made, *rule.expand_log(wildcards)]:
        Path(str(file)).parent.mkdir(parents=True, exist_ok=True)
    snakemake = SimpleNamespace(
        input=given,
        output=made,
        params=params,
        wildcards=wildcards,
        threads=1,
        log=rule.expand_log(wildcards),
    )
    name = "_".join([rule.name, *map(str, wildcards)])
    script = ROOT / "scripts" / f"{rule.name}.py"
    try:
        exec(compile_script(str(script)), {"__name__": "__main__", "snakemake": snakemake})
    except SystemExit as stop:
        raise RefusedError(str(stop)) from None
    except Exception as error:
        raise FailedError(name, error) from error
    missing = [str(file) for file in made if not Path(str(file)).exists()]
    if missing:
        raise FailedError(name, FileNotFoundError(f"not made: {', '.join(missing)}"))


def list_plots():
    """(module, name) of every function that draws a figure of an analysis."""
    for path in sorted((ROOT / "scripts/crlm/analyses").glob("*/figure*.py")):
        module = importlib.import_module(f"crlm.analyses.{path.parent.name}.{path.stem}")
        for name in vars(module):
            if name.startswith("plot_"):
                yield module, name


@contextlib.contextmanager
def keep_drawing(figures):
    """What is done about figures, which take most of the time: `written`, `made` (blank files stand for them) or `none` at all, nor the
    Word file, which is as slow."""
    blanks = [(style, "save_all", lambda _, paths, *__: [Path(p).write_text(BLANK) for p in paths])]
    blanks.append((combine, "combine", lambda *_: BLANK.encode()))
    if figures == "none":
        blanks += [(*plot, lambda *_, **__: None) for plot in list_plots()]
        blanks.append((word, "write_document", lambda *args: Path(args[2]).touch()))
    blanks = [] if figures == "written" else blanks
    before = [getattr(place, name) for place, name, _ in blanks]
    for place, name, new in blanks:
        setattr(place, name, new)
    try:
        yield
    finally:
        for (place, name, _), old in zip(blanks, before, strict=True):
            setattr(place, name, old)


def run_study(study, figures="written"):
    """Run every job of a study up to its report; returns the names of the rules. figures: see `keep_drawing`."""
    to_file, here = logs.to_file, os.getcwd()
    logs.to_file = lambda path: None
    try:
        with keep_reading(), keep_drawing(figures), contextlib.redirect_stderr(io.StringIO()):
            workflow = read_workflow(study)
            os.chdir(study)
            endpoints = list(workflow.globals["PLAN"]["endpoints"])
            jobs = order_jobs(list_jobs(workflow, endpoints), TARGET)
            for rule, wildcards in jobs:
                run_job(rule, wildcards)
        return [rule.name for rule, _ in jobs]
    finally:
        logs.to_file = to_file
        formats.use()
        style.set_page()
        os.chdir(here)
