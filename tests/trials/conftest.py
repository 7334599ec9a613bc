"""Every finding that a trial makes is read."""

from house_words import findings_are_sentences

__all__ = ["findings_are_sentences"]
