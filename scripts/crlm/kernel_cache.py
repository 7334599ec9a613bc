"""Where the compiled kernel is kept: once per user, not once per run."""

from numba.core.caching import UserWideCacheLocator


class KernelCacheLocator(UserWideCacheLocator):
    """Snakemake copies the library to a new folder in every run; numba would compile it again in each of them.

    The folder of the source is left out of the key. The content of the source stays in it, so that an edit compiles anew.
    """

    @classmethod
    def get_suitable_cache_subpath(cls, py_file):
        return "crlm-survival"
