"""numba's `njit` with the compiled kernel kept once per user, not once per run."""

from numba import config, njit
from numba.core.caching import UserWideCacheLocator

__all__ = ["KernelCacheLocator", "njit"]


class KernelCacheLocator(UserWideCacheLocator):
    """Snakemake copies the library to a new folder in every run; numba would compile it again in each of them.

    The folder of the source is left out of the key. The content of the source stays in it, so that an edit compiles anew.
    """

    @classmethod
    def get_suitable_cache_subpath(cls, py_file):
        return "crlm-survival"


config.CACHE_LOCATOR_CLASSES = f"{__name__}.{KernelCacheLocator.__name__}"
