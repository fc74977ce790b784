"""Text and titles as nobody writes them: always read, always alike, in linear time."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import limits
from shared.skill_gap import Evidence
from shared.text import STOP_WORDS, normalize, stem, terms, wordings, words
from shared.title_parsing import parse, singular
from shared.titles import TitleIndex

ANY = st.text(st.characters())  # Halves of surrogate pairs as well.
STRANGE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\0\t\n\x1b\x85\xad\u0130\u0131\u200b\u200d\u202e\u2028\ufeff\ud800\ufdfa"),
        st.sampled_from(".'’+#@/&,;|()[]{}-–—:%"),
        st.sampled_from("aeiosA19 "),
    )
)
TITLE = st.lists(
    st.one_of(
        st.sampled_from(
            "sr senior lead of and for / & , ( ) - | developer engineers manager director ii iv "
            "3 level intern professor c++ c# .net rn mba contract remote at to 2012 present".split()
        ),
        STRANGE.filter(lambda text: len(text) < 20),
    ),
    max_size=12,
).map(" ".join)
INDEX = TitleIndex.build(
    ["data scientist", "registered nurse", "software engineer"], {"registered nurse": ["rn"]}
)
NAMES = set(INDEX.titles)
SKILLS = ("go", "python", "c++", "project management")


@given(STRANGE)
def test_normalizing_twice_is_normalizing_once(text):
    assert normalize(normalize(text)) == normalize(text)


def says_something(term):
    return not term.startswith("~") or not STOP_WORDS.issuperset(words(term))


@given(STRANGE)
def test_any_text_is_read(text):
    assert terms(text) == terms(text)
    assert set(wordings(text)) == {term for term in terms(text) if says_something(term)}
    for word in words(text):
        assert normalize(word) == word
        assert stem(word) == stem(word)


@given(TITLE)
def test_a_name_is_the_name_of_itself(raw):
    name = parse(raw).name
    assert parse(name).name == name


@given(st.one_of(TITLE, STRANGE))
def test_any_title_is_looked_for(raw):
    singular(raw)
    assert INDEX.find(raw) in NAMES | {None}
    assert set(INDEX.suggest(raw, limits.SUGGESTIONS)) <= NAMES
    assert set(INDEX.complete(raw)) <= NAMES
    found = INDEX.find(raw)
    assert found is None or INDEX.find(f"  {raw.upper()}\n") in (found, INDEX.find(raw.upper()))


@given(st.lists(STRANGE, max_size=3))
def test_any_text_is_searched_for_skills(texts):
    evidence = Evidence(texts, {"go"})
    assert evidence.has_words in (True, False)
    for name in SKILLS:
        assert evidence.shows([name]) == evidence.shows([name, name])


PIECES = [
    *("a", " ", "a ", ".", "a.", "'", "a'", "’", "@", "a@", ":", "http://", "www.", "(", ")"),
    *("[(", "{}", "/", "a/", "&", "&amp;", ",", "a, ", "-", " - ", "|", ";", "\n", "\r", "1", "19"),
    *("2012 ", "i", "level ", "senior ", "manager ", "of ", "engineer ", " at ", "to the ", "é"),
    *("\u0130", "e\u0301", "\u0301", "\u202e", "\ufdfa", "\ud800", "\0", ".net", "c++", "#", "+"),
    *("ing", "ations", "sses", "jan", "from 2012 to present ", "a(b", "men", "x'x.", "post doc"),
]
SHORT = 1000
LONG = 64
"""How many times as long the long text is; the square would be 4096 times the time."""
ATTEMPTS = 5
LEAST_SECONDS = 2e-4
"""Below it, what a clock and a cache do is more than what a text does."""


def in_proportion(function, piece, short=SHORT, times=LONG):
    """Whether a text `times` as long takes nearer to `times` the time than to its square.

    The bound is halfway on a scale of ratios: for 64 times the length, 512 times the time, 8 times
    what it should be. It is CPU time, and one good attempt is enough, so that no other work on the
    machine makes this false; the square stays above the bound however often it is tried.
    """
    bound = times * times**0.5
    texts = [(piece * length)[:length] for length in (short, times * short)]

    def ratio():
        one, many = (seconds(function, text) for text in texts)
        return many / max(one, LEAST_SECONDS)

    return any(ratio() < bound for _ in range(ATTEMPTS))


def seconds(function, text):
    """The CPU time of a run, from what nothing remembers."""
    stem.cache_clear()
    started = time.thread_time()
    function(text)
    return time.thread_time() - started


@pytest.mark.parametrize(
    "function", [terms, wordings, normalize, parse], ids=lambda each: each.__name__
)
@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_text_takes_time_in_proportion_to_its_length(function, piece):
    assert in_proportion(function, piece)


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_looking_for_a_title_takes_time_in_proportion_to_its_length(piece):
    def look(raw):
        INDEX.find(raw)
        INDEX.suggest(raw, limits.SUGGESTIONS)
        INDEX.complete(raw)

    assert in_proportion(look, piece, SHORT // 2, 16)


@pytest.mark.parametrize("piece", [*PIECES, "python ", "go, ", "project\n", "manage "], ids=ascii)
def test_looking_for_skills_takes_time_in_proportion_to_the_text(piece):
    def look(text):
        evidence = Evidence([text, "management"], {"go"})
        for name in SKILLS:
            evidence.shows([name])

    assert in_proportion(look, piece, SHORT, 16)


def test_what_takes_the_square_is_found_out():
    assert not in_proportion(lambda text: re.search(r" +x", text), " ", SHORT // 2, 16)
