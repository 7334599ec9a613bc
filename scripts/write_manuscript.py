"""The manuscript, the checklists and the references; the authors' own documents filled with the numbers of the run."""

from pathlib import Path

import yaml
from crlm.display import formats
from crlm.job import kept, logs, state, storage
from crlm.report import documents, numbers, parts, translation

logs.to_file(snakemake.log[0])
plan, note, record = snakemake.params.plan, Path(snakemake.output.note), snakemake.params.record
formats.use(plan["numbers"], snakemake.input.code)

results = storage.read_results(dict(snakemake.input.items()), list(plan["endpoints"]))
texts = numbers.read_texts(storage.read_table(snakemake.input.numbers, text=("text",)))
texts = translation.translate_known(texts)
captions = {Path(file).stem: Path(file).read_text("utf-8") for file in snakemake.input.captions}
facts = [yaml.safe_load(Path(snakemake.input[k]).read_text("utf-8")) for k in ("cited", "asked")]
pictures = dict.fromkeys(snakemake.params.figures)
pictures.update({Path(file).stem: file for file in snakemake.input.pictures})

made = parts.collect_parts(plan, results, texts, pictures, captions, facts[0])
files = documents.make_documents(made, facts[1])
edited = kept.list_edited(note.parent, documents.GENERATED, state.read_record(record))
own = {f"{path.stem}_refilled.docx": path for path in edited}
own |= {f"{Path(file).stem}_filled.docx": file for file in snakemake.input.own}
own = {name: str(path) for name, path in own.items()}
filled, said = documents.fill_documents(own, texts, made["shown"], pictures, made["known"])
written = kept.write_beside(note.parent, {**files, **filled}, record)
names = {name: path.name for name, path in written.items()}
note.write_text(documents.write_note(names, [path.name for path in edited], said), "utf-8")
