"""The language of a page: chosen by its links, else the browser's, else English."""

from crlm.display import language
from crlm.proposal.wording import speak

READ = {}  # code -> Catalogue; a page that is drawn again does not read it again


def choose_language(asked, accepted, languages):
    """Return the code of a language: asked for in the address, or the first of the browser's (Accept-Language) that there is."""
    wanted = [part.split(";")[0].strip().split("-")[0].lower() for part in accepted.split(",")]
    return next((each for each in (asked, *wanted) if each in languages), "en")


def resume(code, root):
    """From now on words are in this language."""
    if code not in READ:
        speak(code, root)
        READ[code] = language.catalogue()
    language.resume(READ[code])


def name_language(code):
    """Return what speakers of a language call it: ``Deutsch``."""
    from babel import Locale

    return Locale(code).get_display_name().capitalize()
