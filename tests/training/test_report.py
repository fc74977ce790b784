from collections import Counter
from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd
import pytest

from training.evaluate import Prediction
from training.report import (
    ENOUGH_TEXTS,
    WORST_TITLES,
    Confusion,
    TitleMeasures,
    by_title,
    confusions,
    decode,
    report,
    text,
)


@dataclass
class Told:
    """A model that gives each text the distribution that it was told, and counts the questions."""

    answers: dict[str, list[float]]
    titles: list[str]
    asked: Counter = field(default_factory=Counter)

    def probabilities(self, texts):
        (content,) = texts
        self.asked[content] += 1
        return np.array(self.answers[content]) if content in self.answers else None

    def likely(self, probabilities):
        return np.argsort(-probabilities)[:2].tolist()


@pytest.fixture
def model():
    answers = {
        "grilled": [0.7, 0.1, 0.1, 0.1],
        "bandaged": [0.5, 0.3, 0.15, 0.05],
        "flew": [0.4, 0.3, 0.2, 0.1],
    }
    return Told(answers, ["cook", "nurse", "pilot", "welder"])


@pytest.fixture
def rows():
    texts = {"cook": "grilled", "nurse": "bandaged", "pilot": "flew"}
    pairs = [(title, text, source) for title, text in texts.items() for source in ("b", "a")]
    rows = pd.DataFrame([*pairs, ("welder", "flew", "b")], columns=["title", "text", "source"])
    # A part of a table: its rows keep the numbers that they have in the whole.
    return rows.set_index(pd.Index(range(90, 97)))


def test_a_report_tells_of_all_texts_each_source_and_lengths(model, rows):
    groups = report(model, rows).groups
    assert list(groups) == ["all", "source a", "source b", "length line"]
    assert groups["all"].texts == 7
    assert (groups["source a"].texts, groups["source a"].top1) == (3, 1 / 3)
    assert (groups["source b"].texts, groups["source b"].top1) == (4, 1 / 4)


def test_no_held_out_text_is_asked_twice(model, rows):
    rows = rows.assign(text=[f"text {i}" + " of a long line" * 5 for i in range(7)])
    model.answers = dict.fromkeys(rows["text"], model.answers["flew"])
    report(model, rows)
    # The texts of the length "line" are cut to it: they are others.
    assert {model.asked[text] for text in rows["text"]} == {1}


def test_there_are_not_more_texts_of_a_length_than_are_held_out(model, rows):
    assert report(model, rows).groups["length line"].texts == len(rows)
    rows = rows.assign(text=[f"text {i}" + " of a long one" * 200 for i in range(7)])
    model.answers = {}
    groups = report(model, rows).groups
    lengths = {name: groups[f"length {name}"].texts for name in ("line", "paragraph", "resume")}
    assert lengths == dict.fromkeys(lengths, len(rows))


def test_a_report_is_the_same_each_time_and_as_json(model, rows):
    made = report(model, rows)
    assert report(model, rows).encode() == made.encode()
    assert decode(made.encode()) == made


def test_a_report_has_everything_of_the_test_part(model, rows):
    made = report(model, rows)
    assert sum(each.texts for each in made.titles) == 7
    assert sum(each.texts for each in made.confusions) == 5
    assert sum(each.texts for each in made.bins) == 7
    assert (made.sets.texts, made.sets.coverage, made.sets.size) == (7, 4 / 7, 2)


PREDICTIONS = [
    Prediction("cook", "cook", 0.7, 1),
    Prediction("cook", "nurse", 0.5, 2),
    Prediction("cook", "nurse", 0.5, 6),
    Prediction("nurse", "cook", 0.5, 7),
    Prediction("pilot", "cook", 0.5, 3),
    Prediction("welder", "cook", 0.5, 5),
    Prediction("welder", "", 0.0, 9),
]


def test_titles_are_measured_the_worst_first():
    assert by_title(PREDICTIONS) == [
        TitleMeasures("nurse", 1, 0.0, 0.0, 2, 0.0),
        TitleMeasures("welder", 2, 0.0, 0.5, 0, None),
        TitleMeasures("pilot", 1, 0.0, 1.0, 0, None),
        TitleMeasures("cook", 3, 1 / 3, 2 / 3, 4, 1 / 4),
    ]


def test_of_equally_bad_titles_the_one_with_more_texts_is_first():
    found = by_title([Prediction(title, "cook", 0.5, 9) for title in ("a", "c", "b", "c")])
    assert [each.title for each in found] == ["c", "a", "b"]


def test_confusions_are_counted_the_commonest_first():
    assert confusions(PREDICTIONS) == [
        Confusion("cook", "nurse", 2, 3),
        Confusion("nurse", "cook", 1, 1),
        Confusion("pilot", "cook", 1, 1),
        Confusion("welder", "cook", 1, 2),
    ]


# For people


def block(shown, heading):
    """The lines under a heading."""
    (found,) = [each for each in shown.split("\n\n") if each.startswith(heading)]
    return found.splitlines()[1:]


def test_the_text_begins_with_a_line_for_each_group(model, rows):
    made = report(model, rows)
    first, *_ = text(made).split("\n\n")
    lines = first.splitlines()
    assert len(lines) == 1 + len(made.groups)
    assert lines[0].split() == ["texts", "top1", "top5", "mrr", "macro_f1", "ece"]
    assert lines[1].split()[:3] == ["all", "7", "0.286"]


def test_the_text_names_only_titles_with_enough_texts(model):
    few = [("nurse", "bandaged", "a")] * (ENOUGH_TEXTS - 1)
    enough = [("pilot", "flew", "a")] * ENOUGH_TEXTS + [("cook", "grilled", "a")] * ENOUGH_TEXTS
    made = report(model, pd.DataFrame(few + enough, columns=["title", "text", "source"]))
    lines = block(text(made), "Worst titles of 2 with 5 texts or more")
    assert [line.split() for line in lines] == [
        ["texts", "top1", "top5", "given", "precision"],
        ["pilot", "5", "0.000", "1.000", "0", "-"],
        ["cook", "5", "1.000", "1.000", "14", "0.357"],
    ]


def test_the_text_tells_of_confusions_and_calibration(model, rows):
    shown = text(report(model, rows))
    assert block(shown, "Commonest confusions") == [
        "   2 of 2    nurse -> cook",
        "   2 of 2    pilot -> cook",
        "   1 of 1    welder -> cook",
    ]
    lines = block(shown, "Calibration")
    assert [line.split() for line in lines[:-1]] == [
        ["texts", "said", "right"],
        ["0.400", "-", "0.467", "3", "0.400", "0.000"],
        ["0.467", "-", "0.533", "2", "0.500", "0.000"],
        ["0.667", "-", "0.733", "2", "0.700", "1.000"],
    ]
    assert lines[-1] == (
        "Sets at 90 % hold the true title of 0.571 of 7 texts, with 2.0 titles in the mean."
    )


def test_what_there_is_nothing_of_has_no_heading(model):
    right = pd.DataFrame([("cook", "grilled", "a")], columns=["title", "text", "source"])
    shown = text(report(model, right))
    assert "Calibration" in shown
    assert "Worst titles" not in shown
    assert "confusions" not in shown


def test_the_text_stays_short_where_the_report_is_long():
    titles = [f"title {i}" for i in range(100)]
    near = {f"did {i}": np.roll([0.6, *[0.4 / 99] * 99], i + 1).tolist() for i in range(100)}
    rows = [(f"title {i}", f"did {i}", "a") for i in range(100) for _ in range(ENOUGH_TEXTS)]
    made = report(Told(near, titles), pd.DataFrame(rows, columns=["title", "text", "source"]))
    assert (len(made.titles), len(made.confusions)) == (100, 100)
    assert len(block(text(made), "Worst titles")) == 1 + WORST_TITLES
    assert len(text(made).splitlines()) < 60


def test_where_nothing_is_held_out_nothing_is_measured(model, rows):
    made = report(model, rows[:0])
    assert not any(asdict(made).values())
    assert "nothing is held out" in text(made)
    assert decode(made.encode()) == made
