"""Write workflow/languages/messages.pot: the English messages of the sources, for those who translate (`make messages`).

A message is a sentence of a text or f-string of the library, of a caption, of a template or of a schema's labels; `{0}` stands for
what the run puts in.
"""

import ast
import re
import sys
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from crlm.display.language import LETTER, SENTENCE, strip_end  # noqa: E402

LANGUAGES = ROOT / "workflow/languages"
ROOMS = ("analyses", "display", "report", "scores", "survival", "cohort", "plan")
SKIPPED = re.compile(r"/(plan/(schema|reading|freeze|sources|columns)|cohort/(reading|header)\w*|app|proposal)")
SCHEMAS = ("dictionary.yaml", "growth_patterns.yaml", "cutoffs.yaml", "print.yaml")
CODE = re.compile(r"[a-z0-9_.*/\[\]|-]+|[#%$&\\^<].*|\S*[_=\\]\S*|.*[\\|^]\S*|.*(?:</|w:|px;).*")


def find_messages(source):
    """The texts and f-strings of a source text as templates, in order; docstrings and keys are none."""
    tree = ast.parse(source)
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
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
        places = iter(range(99))
        yield strip_end(re.sub(r"\{\d+\}", lambda _: f"{{{next(places)}}}", " ".join(sentence.split(" "))))


def is_message(text):
    words = re.sub(r"\{\d+\}", "", text)
    return bool(LETTER.search(words)) and not (CODE.fullmatch(words) and not re.fullmatch("[a-z]{3,}", words))


def find_labels(value, key=""):
    """Labels, units and meanings in a file of facts."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from find_labels(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from find_labels(inner, key)
    elif isinstance(value, str) and key not in ("kind", "timing", "evidence", "citation", "doi", "pmid", "name"):
        yield value


def collect(root=ROOT):
    """{message: the files that say it}."""
    found = {}
    for room in ROOMS:
        for path in sorted((root / "scripts/crlm" / room).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            if not SKIPPED.search(name):
                for text in find_messages(path.read_text("utf-8")):
                    _add(found, text, name)
    for path in sorted((root / "workflow/report/captions").glob("*.rst")):
        _add(found, path.read_text("utf-8"), path.relative_to(root).as_posix())
    page = root / "workflow/report/report.html.j2"
    for text in re.findall(r">([^<>{}]+)<", page.read_text("utf-8")):
        _add(found, text, page.relative_to(root).as_posix())
    for text in re.findall(r'aria-label="([^"{]+)"', page.read_text("utf-8")):
        _add(found, text, page.relative_to(root).as_posix())
    for name in SCHEMAS:
        facts = yaml.safe_load((root / "workflow/schemas" / name).read_text("utf-8"))
        for text in find_labels(facts):
            _add(found, text, f"workflow/schemas/{name}")
    return found


def _add(found, text, name):
    for message in split_message(text):
        if is_message(message):
            found.setdefault(message, []).append(name)


if __name__ == "__main__":
    catalog = Catalog(project="crlm-survival", charset="utf-8")
    for message, names in sorted(collect().items()):
        catalog.add(message, locations=[(name, 0) for name in sorted(set(names))])
    print(len(catalog))
