"""Which modules of the library a module needs: Snakemake does not see imports, so rules name the sources as inputs."""

import re

IMPORT = re.compile(
    r"^[ \t]*(?:from crlm\.(\w+) import|import crlm\.(\w+)|from crlm import (?:\(([^)]*)\)|([\w, ]+)))",
    re.MULTILINE,
)


def find_imports(text):
    """Return the names of the library modules that a source text imports."""
    found = []
    for module, plain, block, line in IMPORT.findall(text):
        several = [name.split(" as ")[0].strip() for name in (block or line).split(",")]
        found += [name for name in (module, plain, *several) if name]
    return found


def close_imports(names, texts):
    """Return `names` and everything they import, directly or not; `texts` is module name -> source text."""
    needed, waiting = [], list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in needed:
            needed.append(name)
            waiting += [other for other in find_imports(texts[name]) if other in texts]
    return sorted(needed)
