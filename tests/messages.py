"""Write workflow/languages/messages.pot: the English messages of the sources, for those who translate (`make messages`).

A message is a sentence of a text or f-string of the library, of a caption, of a template or of a schema's labels; `{0}` stands for
what the run puts in.
"""

import ast
import io
import re
import sys
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from crlm.display.language import LETTER, SENTENCE, strip_end  # noqa: E402
from crlm.display.script_words import list_marked  # noqa: E402

FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LANGUAGES = ROOT / "workflow/languages"
ROOMS = ("analyses", "display", "report", "scores", "survival", "cohort", "plan", "proposal", "app")
BUILT = (
    LANGUAGES / "built.txt"
)  # what the source builds of several texts, and single words: one a line, \\n is a line break
HEAD = """# The English messages of the sources; {0}, {1} is what the run puts in. Written by `make messages`.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

"""
SKIPPED = re.compile(r"/(plan/(reading|freeze|sources|columns))")
FACTS = (
    *(
        f"schemas/{name}.yaml"
        for name in ("dictionary", "growth_patterns", "cutoffs", "print", "proposal")
    ),
    "report/checklists.yaml",
)
PAGES = tuple(f"workflow/report/{name}.html.j2" for name in ("report", "registry", "calculator"))
SCRIPTS = ("workflow/report/calculator.js", "workflow/report/calculator_engine.js")
PLANS = re.compile(r"crlm/(plan/|analyses/\w+/plan)")  # files that say what is wrong with a plan
PLACE = re.compile(
    r"(?:(\w+)|\{\d+\})(?:\.(?:\w+|\{\d+\}))*(?=: )"
)  # of a key, before what is wrong with it
HINT = re.compile(r"(?<=\S)\.\{\d+\}(?=$| [A-Z])")  # a sentence of its own: Did you mean ...?
CODE = re.compile(r"[a-z0-9_.*/\[\]|-]+|[#%$&\\^<].*|\S*[_=\\]\S*|.*[\\|^]\S*|.*(?:</|\bw:|px;).*")


def find_messages(source):
    """The texts and f-strings of a source text as templates, in order; docstrings and keys are none."""
    tree = ast.parse(source)
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            skipped.add(id(node.body[0].value))
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values if isinstance(part, ast.Constant)}
            for part in node.values:
                if isinstance(part, ast.FormattedValue) and part.format_spec:
                    skipped |= {id(each) for each in ast.walk(part.format_spec)}
        if isinstance(node, ast.Subscript):
            skipped |= {id(each) for each in ast.walk(node.slice) if isinstance(each, ast.Constant)}
        if isinstance(node, ast.Raise):
            skipped |= {id(each) for each in ast.walk(node)}
    found = []
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append((node.lineno, node.col_offset, node.value))
        if isinstance(node, ast.JoinedStr):
            found.append((node.lineno, node.col_offset, _as_template(node)))
    return [text for *_, text in sorted(found)]


def _as_template(node):
    places = iter(range(99))
    return "".join(
        part.value if isinstance(part, ast.Constant) else f"{{{next(places)}}}"
        for part in node.values
    )


def split_message(text):
    """The sentences of a text, each with its holes numbered from 0."""
    for sentence in re.split(SENTENCE.pattern, text):
        parts = re.split(r"\{\d*\}", sentence)
        holes = [*(f"{{{place}}}" for place in range(len(parts) - 1)), ""]
        yield strip_end("".join(part + hole for part, hole in zip(parts, holes, strict=True)))


def read_problem(text, keys):
    """What is wrong with a plan as it is looked up: the place of its key is held whatever it is, the nearest name is told apart."""
    found = PLACE.match(text)
    if found and (found[1] is None or found[1] in keys):
        text = f"{{0}}{text[found.end() :]}"
    return HINT.sub(".", text) if " " in text else text


def is_message(text):
    """Whether a text may be read by a person: more than one word, a capital or a hole; keys and code are none."""
    words = re.sub(r"\{\d+\}", "", text)
    if not LETTER.search(words) or CODE.fullmatch(words):
        return False
    return " " in text or "\n" in text or text[:1].isupper() or words != text


def find_labels(value, key=""):
    """Labels, units and meanings in a file of facts."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from find_labels(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from find_labels(inner, key)
    elif isinstance(value, str) and key not in (
        "kind",
        "timing",
        "evidence",
        "citation",
        "doi",
        "pmid",
        "name",
        "where",
        "needs",
        "number",
    ):
        yield value


def collect(root=ROOT):
    """{message: the files that say it}."""
    found = {}
    schema = (root / "workflow/schemas/config.schema.yaml").read_text("utf-8")
    keys = yaml.load(schema, Loader=FAST)["properties"]
    for room in ROOMS:
        for path in sorted((root / "scripts/crlm" / room).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            if not SKIPPED.search(name):
                for text in find_messages(path.read_text("utf-8")):
                    _add(found, read_problem(text, keys) if PLANS.search(name) else text, name)
    for path in sorted((root / "workflow/report/captions").glob("*.rst")):
        _add(found, path.read_text("utf-8"), path.relative_to(root).as_posix())
    for name in PAGES:
        page = (root / name).read_text("utf-8")
        for pattern in (r">([^<>{}]+)<", r'aria-label="([^"{]+)"'):
            for text in re.findall(pattern, page):
                _add(found, text, name)
    for name in SCRIPTS:
        for text in list_marked((root / name).read_text("utf-8")):
            _add(found, text, name, marked=True)
    for line in BUILT.read_text("utf-8").splitlines():
        found.setdefault(line.replace("\\n", "\n"), []).append(BUILT.relative_to(root).as_posix())
    for name in FACTS:
        facts = yaml.safe_load((root / "workflow" / name).read_text("utf-8"))
        for text in find_labels(facts):
            _add(found, text, f"workflow/{name}")
    return found


def _add(found, text, name, marked=False):
    messages = list(split_message(text))
    messages += [part.lstrip(";, ") for part in messages if part[:2] in ("; ", ", ")]  # of a list
    for message in messages:
        if is_message(message) or (marked and re.search(r"[^\W\d_]", message)):
            found.setdefault(message, []).append(name)


def write_template(messages, path):
    """Write a gettext template of {message: the files that say it}."""
    catalog = Catalog(charset="utf-8", fuzzy=False)
    for message, names in sorted(messages.items()):
        catalog.add(message, locations=[(name, None) for name in sorted(set(names))])
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, omit_header=True, include_lineno=False)
    path.write_text(HEAD + buffer.getvalue().decode(), encoding="utf-8")


def read_messages(path):
    """{message: translation} of a catalogue."""
    catalog = read_po(io.BytesIO(path.read_bytes()), locale=path.stem)
    return {strip_end(each.id): each.string for each in catalog if each.id and each.string}


def list_unknown(path, folder, no_words):
    """(messages of the files of a folder but what `no_words` fits, those of them that a catalogue has not)."""
    known, found = read_messages(path), collect().items()
    told = [text for text, files in found if any(folder in file for file in files)]
    said = [text for text in told if not no_words.fullmatch(text)]
    return said, [text for text in said if text not in known]


if __name__ == "__main__":
    messages = collect()
    write_template(messages, LANGUAGES / "messages.pot")
    for path in sorted(LANGUAGES.glob("*.po")):
        done = read_messages(path)
        gone = sorted(set(done) - set(messages))
        print(f"{path.stem}: {len(done) - len(gone)} of {len(messages)} messages translated")
        for message in gone:
            print(f"  in no source any more: {message}")
