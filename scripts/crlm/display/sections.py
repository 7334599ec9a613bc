"""Sections of the report."""

from dataclasses import dataclass, field


@dataclass
class Section:
    """A section of the page: blocks in order, then sections below it. A block is a dict with `kind`."""

    id: str
    title: str
    blocks: list = field(default_factory=list)
    sections: list = field(default_factory=list)
    short: str = ""

    def __bool__(self):
        return bool(self.blocks or self.sections)
