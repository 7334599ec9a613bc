"""The workflow's lists, read once."""

import pytest
from crlm.proposal.check import list_reserved, read_workflow
from crlm.proposal.propose import make_table, propose
from crlm.proposal.vocabulary import build_vocabulary


@pytest.fixture(scope="session")
def workflow(root):
    return read_workflow(root)


@pytest.fixture(scope="session")
def vocabulary(workflow):
    return build_vocabulary(workflow["headers"], workflow["dictionary"], list_reserved(workflow))


@pytest.fixture
def guess(vocabulary, workflow):
    """The guesses about columns {header: cells}, by header."""

    def look(columns, **told):
        table = make_table(columns)
        found = propose(table, vocabulary, workflow["dictionary"], **told)
        return {each.column or each.variable: each for each in found}

    return look
