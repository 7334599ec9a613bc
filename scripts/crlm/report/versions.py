"""The software that made a result."""

import platform
from importlib.metadata import version

VERSION = "0.1.0"
LIBRARIES = ("snakemake", "pandas", "numpy", "scipy", "statsmodels", "firthmodels", "matplotlib")


def list_versions():
    """Return name -> version of this software, Python and the libraries that compute."""
    found = {name: version(name) for name in LIBRARIES}
    return {"crlm-survival": VERSION, "Python": platform.python_version(), **found}
