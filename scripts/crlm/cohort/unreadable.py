"""The one error of reading: a file of which no table can be made."""

from crlm.cohort.findings import build_finding


class UnreadableError(ValueError):
    """The file cannot be read; `finding` says why and what to do."""

    def __init__(self, rule, message, remedy):
        super().__init__(message)
        self.finding = build_finding("error", rule, message, remedy)
