"""Every table that a test of an analysis makes is read for how its words are written."""

import house_words
import pytest


@pytest.fixture(scope="module", autouse=True)
def faults_of_words():
    found = []
    undo = house_words.watch(found)
    yield found
    undo()


@pytest.fixture(autouse=True)
def words_are_written_as_in_a_paper(faults_of_words):
    yield
    found = [*faults_of_words]
    faults_of_words.clear()
    assert not found
