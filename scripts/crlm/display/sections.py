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


@dataclass
class Answer:
    """A sentence of the first screen, with the names of the figure and the table that it rests on."""

    text: str
    figure: str = ""
    table: str = ""
