"""What the plan of an analysis may refer to."""

from dataclasses import dataclass, field

from crlm.plan.schema import nearest


@dataclass
class Study:
    """The resolved parts of a plan that stand before the analyses, and the problems found so far.

    An analysis completes its settings by `resolve(settings, study)` in its `plan` module; what it returns is in `found` for
    those that come after it.
    """

    variables: dict  # {name: spec}: recorded, derived and computed, as analyses may use them
    declared: dict  # {name: spec}: all that the dictionary and the plan know
    scores: dict  # {name: score} that are computed, with their status
    registry: dict  # {name: score file}
    patterns: dict  # {name: rule of growth patterns}
    blocks: dict | None  # the table of blocks
    facts: dict  # {name: what is published about the cuts of a number}
    recorded: dict  # {pair: {recorded, computed}}: scores recorded beside computed ones
    curve_files: list  # names of the files with published curves
    problems: list
    endpoints: dict = field(default_factory=dict)
    groupings: dict = field(default_factory=dict)
    models: dict = field(default_factory=dict)
    used: set = field(
        default_factory=set
    )  # names of the variables that groupings, models and subgroups use
    found: dict = field(default_factory=dict)  # {analysis: its resolved settings}

    def require(self, name, place, kinds=None):
        """Note a problem unless the variable is there and of one of the kinds."""
        if name in self.variables:
            kind = self.variables[name]["kind"]
            if kinds and kind not in kinds:
                self.problems.append(f"{place}: {name} is {kind}; needed is {' or '.join(kinds)}.")
            return
        stem = name.removesuffix("_group")
        if stem in self.scores and self.scores[stem]["status"] != "computable":
            score = self.scores[stem]
            self.problems.append(f"{place}: {name} is {score['status']} ({score['reason']}).")
        elif stem in self.registry and stem not in self.scores:
            word = "single factor" if self.registry[stem].get("kind") == "factor" else "score"
            self.problems.append(
                f"{place}: {name} belongs to the {word} {stem}, which is not computed; add {stem} under scores.compute."
            )
        elif name in self.patterns:
            self.problems.append(
                f"{place}: {name} is not recorded in a column under `columns:`, and the shares that make it are not known."
            )
        elif name in self.declared:
            self.problems.append(f"{place}: {name} is not mapped to a column under `columns:`.")
        else:
            self.problems.append(
                f"{place}: no such variable '{name}'.{nearest(name, self.variables)}"
            )
