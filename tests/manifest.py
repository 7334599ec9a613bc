"""Write workflow/manifest.yaml: the files that the workflow names one by one, because a remote module cannot list a folder."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# Written by `make docs`: the files of the workflow, by name. A workflow fetched from afar as a module cannot list a folder.
"""


def build_manifest(root=ROOT):
    """Return the text of the manifest."""
    library = {}
    for path in sorted((root / "scripts/crlm").rglob("*.py")):
        parts = path.relative_to(root / "scripts/crlm").with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        library[name] = path.relative_to(root / "scripts/crlm").as_posix()
    lines = ["library:", *(f'  "{name}": {file}' for name, file in library.items())]
    for part, pattern in (
        ("scripts", "scripts/*.py"),
        ("scores", "workflow/scores/*.yaml"),
        ("captions", "workflow/report/captions/*.rst"),
    ):
        lines += [f"{part}:", *(f"  - {path.stem}" for path in sorted(root.glob(pattern)))]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "workflow/manifest.yaml").write_text(build_manifest(), encoding="utf-8")
