"""The documents of a manuscript as bytes, the authors' own filled with the numbers of the run, and the note on all of them."""

import io
import zipfile

from docx import Document
from docx.opc.exceptions import OpcError

from crlm.display import language, placing, refill, word
from crlm.report import checklists, manuscript, references, translation

MANUSCRIPT, CHECKLISTS = "manuscript.docx", "checklists.docx"
GENERATED = (MANUSCRIPT, CHECKLISTS)


def make_documents(parts, items):
    """Return {file name: bytes} of the manuscript, the checklists and the references.

    parts: as `parts.collect_parts` gives them; items: workflow/report/checklists.yaml.
    """
    title = language.say(f"Reporting checklists: {parts['study']['title']}")
    text, lists = io.BytesIO(), io.BytesIO()

    def build(marked):
        return translation.translate_tables(checklists.build_checklists(items, parts, marked))

    manuscript.write_manuscript(translation.translate_parts(parts), text, build)
    word.write_document(build(()), {**parts["study"], "title": title}, lists)
    return {
        MANUSCRIPT: text.getvalue(),
        CHECKLISTS: lists.getvalue(),
        "references.ris": references.write_ris(parts["references"]).encode(),
        "references.bib": references.write_bibtex(parts["references"]).encode(),
    }


def fill_documents(documents, numbers, tables=None, pictures=None, known=None):
    """Fill the authors' own documents; return ({name: bytes}, {name: what to say about it, in sentences}).

    documents: {name: path or bytes}; numbers: {key: text}; tables, pictures, known: as `placing.place` takes them.
    """
    filled, said = {}, {}
    for name, source in documents.items():
        try:
            document = Document(source)
        except (OpcError, zipfile.BadZipFile, KeyError, ValueError):
            said[name] = ["This is no Word document (.docx) that can be read; nothing was filled."]
            continue
        placed = placing.place(document, tables or {}, pictures or {}, known)
        found = refill.fill(document, numbers)
        buffer, result = io.BytesIO(), io.BytesIO()
        document.save(buffer)
        word.write_fixed(buffer, result)
        filled[name] = result.getvalue()
        said[name] = [*tell_filled(found, numbers), *tell_placed(placed)]
    return filled, said


def tell_placed(placed):
    """Sentences on the tables and figures that were placed, and on every name that is not known."""
    count = sum(each[2] for each in placed)
    lines = (
        [f"{count} table{'s' if count > 1 else ''} or figure{'s' if count > 1 else ''} placed."]
        if count
        else []
    )
    for kind, name, is_known, near in placed:
        if not is_known:
            hint = f"Nearest: {', '.join(near)}." if near else f"No {kind} is like it."
            lines.append(f"NOT PLACED: {{{kind}: {name}}}. {hint}")
    return lines


def tell_filled(found, numbers):
    """Sentences on what was filled: how many numbers, and every key that is not known, with the nearest ones and its place."""
    known = sum(text is not None for _, text, _ in found)
    lines = [f"{known} number{'' if known == 1 else 's'} filled."]
    for key, text, where in found:
        if text is None:
            near = refill.name_near(key, numbers)
            hint = f"Nearest: {', '.join(near)}." if near else "No key is like it."
            lines.append(f"NOT FILLED: {{{key}}} in “{where.strip()}”. {hint}")
    return lines


def write_note(written, edited, said):
    """Return the text of results/manuscript/README.txt.

    written: {name: file name it got}; edited: names of files that the author changed; said: as `fill_documents` returns it.
    """
    lines = ["What stands here", ""]
    for name, path in written.items():
        beside = f" (since {name} was edited, and is left as it is)" if path != name else ""
        lines.append(f"  {path}{beside}")
        lines += [f"      {line}" for line in said.get(name, [])]
    for name, sentences in said.items():
        if name not in written:
            lines += [f"  {name}", *(f"      {line}" for line in sentences)]
    if edited:
        lines += [
            "",
            f"You edited {', '.join(edited)}: it was not touched; your words with the new numbers stand in the file _refilled. "
            "Keep your own text in the folder manuscript/ of the study, where no run writes.",
        ]
    lines += [
        "",
        "Your own text: a Word document in the folder manuscript/ of the study with keys such as {os_median_overall} is filled",
        "into this folder, by every `make manuscript` anew. results/numbers.csv lists the keys. The manuscript made here can be",
        "moved there too: its numbers know their keys. A paragraph that is {figure: name} or {table: name} alone, with a name of",
        "results/figures or results/tables, becomes that figure or table. Only numbers and these are filled again; for what else",
        "changed compare the new file.",
        "",
    ]
    return "\n".join(lines)
