"""Which modules of the library a module needs: Snakemake does not see imports, so rules name the sources as inputs."""

import re

IMPORT = re.compile(
    r"^[ \t]*from crlm(?:\.([\w.]+))? import (?:\(([^)]*)\)|([\w, ]+))|^[ \t]*import crlm\.([\w.]+)",
    re.MULTILINE,
)


def find_imports(text, known):
    """Return the library modules that a source text imports, as dotted names below `crlm`.

    known: names of all modules; what a `from` names is a module if it is one of them, else something in the package.
    """
    found = []
    for package, block, line, plain in IMPORT.findall(text):
        if plain:
            found.append(plain)
            continue
        named = [each.split(" as ")[0].strip() for each in (block or line).split(",")]
        inner = [f"{package}.{each}".lstrip(".") for each in named if each]
        modules = [each for each in inner if each in known]
        found += modules if len(modules) == len(inner) else [package, *modules]
    return found


def close_imports(names, texts):
    """Return `names`, everything they import, directly or not, and the packages that hold them.

    texts: {dotted name of a module or package: source text}, with "" for `crlm` itself. KeyError for an unknown name.
    """
    needed, waiting = set(), ["", *names]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += find_imports(texts[name], texts)
            waiting += [name.rpartition(".")[0]]
    return sorted(needed)
