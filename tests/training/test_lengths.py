from collections import Counter

import pandas as pd
import pytest

from training.lengths import LINE_WORDS, LONG_TEXTS, TITLE_TEXTS, WORDS, at_lengths, lengths_of

LINES = [f"line {i} of a cook" for i in range(40)]
LONG = " ".join(f"word{i}" for i in range(600))


def drawn(texts, name, most=50):
    rows = pd.DataFrame({"title": "cook", "text": texts})
    return [text for _, _, text in at_lengths(rows, most, [name])]


def test_a_line_is_one_line_as_somebody_wrote_it():
    assert set(drawn(LINES, "line")) <= set(LINES)


def test_longer_texts_are_lines_joined():
    for text in drawn(LINES, "paragraph"):
        assert len(text.split()) == WORDS["paragraph"]
        assert sum(line in text for line in LINES) == WORDS["paragraph"] // 5


@pytest.mark.parametrize("name", WORDS)
def test_a_long_text_is_cut(name):
    for text in drawn([LONG], name, most=3):
        assert text.split() == LONG.split()[: WORDS[name]]


def test_each_row_begins_as_many_texts_as_any_other():
    few = LINES[:TITLE_TEXTS]
    again = Counter(drawn(few, "line", most=2 * len(few) + 5))
    assert set(again) == set(few)
    assert sorted(again.values()) == [2] * (len(few) - 5) + [3] * 5


def test_a_title_of_many_rows_begins_with_others_each_turn():
    many = [f"line {i} of a cook" for i in range(3 * TITLE_TEXTS)]
    assert sorted(drawn(many, "line", most=len(many))) == sorted(many)


def test_titles_of_many_rows_begin_no_more_texts_than_others():
    pairs = [("cook", line) for line in LINES[:TITLE_TEXTS]] + [("nurse", LONG)] * 300
    rows = pd.DataFrame(pairs, columns=["title", "text"])
    begun = Counter(title for _, title, _ in at_lengths(rows, 4 * TITLE_TEXTS, ["line"]))
    assert begun == {"cook": 2 * TITLE_TEXTS, "nurse": 2 * TITLE_TEXTS}


def test_a_row_begins_texts_of_all_lengths():
    rows = pd.DataFrame({"title": "cook", "text": [f"first{i} {LONG}" for i in range(6)]})
    begun = {(name, text.split()[0]) for name, _, text in at_lengths(rows, 18, list(WORDS))}
    assert len(begun) == 18


def test_single_lines_teach_how_sure_to_be_of_lines_alone():
    def told(words):
        return lengths_of(pd.DataFrame({"text": ["word " * words] * 3}))

    assert told(LINE_WORDS) == ["line"]
    assert told(LINE_WORDS + 1) == list(WORDS)


def test_many_long_texts_teach_all_lengths_beside_however_many_lines():
    def told(long, lines):
        return lengths_of(pd.DataFrame({"text": [LONG] * long + ["a line"] * lines}))

    assert told(LONG_TEXTS, 9 * LONG_TEXTS) == list(WORDS)
    assert told(LONG_TEXTS - 1, 9 * LONG_TEXTS) == ["line"]


def test_where_most_texts_are_lines_these_stay_single_ones():
    rows = pd.DataFrame(
        {"title": "cook", "text": [*LINES[:20], *[f"{LONG} {i}" for i in range(4)]]}
    )
    lengths = {name: set() for name in WORDS}
    for name, _, text in at_lengths(rows, 3 * len(rows), list(WORDS)):
        lengths[name].add(len(text.split()))
    assert lengths == {"line": {5, 15}, "paragraph": {80}, "resume": {400}}
