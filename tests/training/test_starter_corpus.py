from collections import Counter, defaultdict

import pytest

from shared import text
from shared.title_parsing import parse
from shared.titles import TitleIndex
from training.sources import starter
from training.sources.starter import DIRECTORY
from training.sources.statements import Statements

LEAST_TITLES = 250
LEAST_LINES = 30
LONGEST_LINE = 250


@pytest.fixture(scope="module")
def corpus():
    return starter.read()


@pytest.fixture(scope="module")
def files():
    return sorted(DIRECTORY.glob("*"))


def test_the_folder_has_nothing_but_titles(files, corpus):
    assert {path.suffix for path in files} == {".txt"}
    assert len(files) == len(corpus) >= LEAST_TITLES


def test_a_file_is_named_after_its_title(files, corpus):
    other = [
        (path.stem, entry.title)
        for path, entry in zip(files, corpus, strict=True)
        if path.stem != entry.title.replace(" ", "_").replace("/", "_").replace("+", "p")
    ]
    assert other == []


def test_every_title_has_thirty_lines_or_more(corpus):
    assert [entry.title for entry in corpus if len(entry.lines) < LEAST_LINES] == []


def test_no_line_stands_twice(corpus):
    owners = defaultdict(list)
    for entry in corpus:
        for line in entry.lines:
            owners[" ".join(text.words(line))].append(entry.title)
    assert [(line, titles) for line, titles in owners.items() if len(titles) > 1] == []


def test_every_line_is_one_that_people_write(corpus):
    for entry in corpus:
        for line in entry.lines:
            assert text.terms(line), (entry.title, line)
            assert len(line) <= LONGEST_LINE, (entry.title, line)
            assert line.isprintable(), (entry.title, line)


def test_titles_are_plain_and_in_the_singular(corpus):
    titles = [entry.title for entry in corpus]
    assert titles == [" ".join(title.lower().split()) for title in titles]
    assert [title for title, n in Counter(titles).items() if n > 1] == []


def test_no_two_titles_are_the_same_when_they_are_parsed(corpus):
    names = defaultdict(list)
    for entry in corpus:
        names[parse(entry.title).name].append(entry.title)
    assert [titles for titles in names.values() if len(titles) > 1] == []


def test_another_name_is_no_title(corpus):
    titles = {entry.title for entry in corpus}
    clashes = [(entry.title, name) for entry in corpus for name in entry.also if name in titles]
    assert clashes == []


def test_another_name_belongs_to_one_title(corpus):
    owners = defaultdict(list)
    for entry in corpus:
        for name in entry.also:
            owners[name].append(entry.title)
    assert {name: titles for name, titles in owners.items() if len(titles) > 1} == {}


def test_every_name_leads_to_its_title(corpus):
    index = TitleIndex.build(
        [entry.title for entry in corpus], {entry.title: list(entry.also) for entry in corpus}
    )
    astray = [
        (name, entry.title, index.find(name))
        for entry in corpus
        for name in (entry.title, *entry.also)
        if index.find(name) != entry.title
    ]
    assert astray == []


def test_occupations_are_those_of_the_statements(corpus):
    known = {record.occupation for record in Statements().records()}
    unknown = [
        (entry.title, occupation)
        for entry in corpus
        for occupation in entry.occupations
        if occupation not in known
    ]
    assert unknown == []


def test_an_occupation_stands_once_in_a_file(corpus):
    twice = [e.title for e in corpus if len(set(e.occupations)) < len(e.occupations)]
    assert twice == []


def test_an_occupation_belongs_to_titles_of_the_corpus(corpus):
    covered = starter.titles_by_occupation()
    titles = {entry.title for entry in corpus}
    assert len(covered) > 200
    assert all(owners and titles.issuperset(owners) for owners in covered.values())
    for entry in corpus:
        if entry.occupations:
            assert entry.title in covered[entry.occupations[0]]
