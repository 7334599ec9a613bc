"""Sections of the report."""

from dataclasses import dataclass, field

from crlm.display import keys


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
    """A sentence of the first screen, with the names of the figure and the table that it rests on.

    Numbers that are marked with their key (`keys.mark`) are told apart in `pieces`; `text` is as it is read.
    """

    text: str
    figure: str = ""
    table: str = ""
    pieces: list = field(default_factory=list)

    def __post_init__(self):
        self.pieces = self.pieces or keys.split(self.text)
        self.text = keys.strip(self.text)
