"""Text and titles as nobody writes them: always read, always alike, in linear time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import limits
from shared.text import normalize, stem, terms, wordings, words
from shared.titles import TitleIndex, parse, singular

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


@given(STRANGE)
def test_normalizing_twice_is_normalizing_once(text):
    assert normalize(normalize(text)) == normalize(text)


@given(STRANGE)
def test_any_text_is_read(text):
    assert terms(text) == terms(text)
    assert set(wordings(text)) == set(terms(text))
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


PIECES = [
    *("a", " ", "a ", ".", "a.", "'", "a'", "’", "@", "a@", ":", "http://", "www.", "(", ")"),
    *("[(", "{}", "/", "a/", "&", "&amp;", ",", "a, ", "-", " - ", "|", ";", "\n", "\r", "1", "19"),
    *("2012 ", "i", "level ", "senior ", "manager ", "of ", "engineer ", " at ", "to the ", "é"),
    *("\u0130", "e\u0301", "\u0301", "\u202e", "\ufdfa", "\ud800", "\0", ".net", "c++", "#", "+"),
    *("ing", "ations", "sses", "jan", "from 2012 to present ", "a(b", "men", "x'x.", "post doc"),
]
LENGTH = 10_000


def seconds(function, text):
    """The shortest of a few runs, from what nothing remembers."""
    best = float("inf")
    for _ in range(3):
        stem.cache_clear()
        started = time.thread_time()
        function(text)
        best = min(best, time.thread_time() - started)
    return best


@pytest.mark.parametrize("function", [terms, wordings, normalize], ids=lambda each: each.__name__)
@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_text_takes_time_in_proportion_to_its_length(function, piece):
    short, long = ((piece * n)[:n] for n in (LENGTH, 4 * LENGTH))
    # Four times as long: 16 times the time would be the square.
    assert seconds(function, long) < 9 * seconds(function, short) + 0.02


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_a_title_takes_time_in_proportion_to_its_length(piece):
    def read(raw):
        parse(raw)
        INDEX.find(raw)
        INDEX.suggest(raw, limits.SUGGESTIONS)
        INDEX.complete(raw)

    # Longer than any that is taken, so that what grows is seen beside what is there always.
    short, long = ((piece * n)[:n] for n in (1000, 4000))
    assert seconds(read, long) < 9 * seconds(read, short) + 0.05
