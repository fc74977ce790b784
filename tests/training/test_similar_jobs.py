from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax
from sklearn.feature_extraction.text import TfidfTransformer

from shared import model_file
from shared.models import SimilarJobs, load_similar_jobs
from shared.text import stem
from training import low_rank, similar_jobs
from training.dataset import Dataset, no_others
from training.lengths import at_lengths
from training.records import group_of
from training.similar_jobs import (
    Scored,
    calibrate,
    fit,
    fit_scores,
    read,
    refit,
    shorten,
)
from training.sources import starter

TRADES = {
    "nurse": "patients wards wounds shots charts bandages vitals doctors",
    "welder": "steel torch seams pipes blueprints sparks tanks grinder",
    "cook": "grill soups knives menus ovens dishes spices kitchen",
}
EVERYWHERE = "team shift safety customers schedule training supplies reports cleaning".split()


def lines():
    """A few short lines a title, as in the starter corpus; some of them might be any title's."""
    return drawn(30, own=3, common=3)


def resumes():
    """Long texts, of so many words that a title has thousands."""
    return drawn(12, own=6, common=600)


def drawn(number, own, common):
    random = np.random.default_rng(0)
    pairs = []
    for title, things in TRADES.items():
        for i in range(number):
            words = random.choice(things.split(), own if i % 5 else 0)
            pairs.append((title, " ".join([*words, *random.choice(EVERYWHERE, common)])))
    return pairs


def as_rows(pairs):
    rows = pd.DataFrame(pairs, columns=["title", "text"])
    return rows.assign(source="given", weight=1.0, group=[str(i) for i in range(len(rows))])


def texts_of(rows, others=None, names=None):
    return read(Dataset(rows, names or {}, {}, others=no_others() if others is None else others))


def scores_of(rows, others=None):
    return fit_scores(texts_of(rows, others))


@pytest.fixture(scope="module", params=[lines, resumes], ids=["lines", "resumes"])
def model(request):
    return fit(texts_of(as_rows(request.param())))


@pytest.fixture(scope="module")
def held_out_model(work) -> SimilarJobs:
    return load_similar_jobs(work / "held_out.model", "held_out.model")


@pytest.fixture(scope="module")
def held_out_texts(work):
    """Titles and lines that `held_out_model` has not seen."""
    rows = Dataset.load(work).part("test")
    return list(zip(rows["title"], rows["text"], strict=True))


@pytest.mark.parametrize(("pairs", "reads_them"), [(lines, False), (resumes, True)])
def test_long_texts_alone_are_read_as_they_are_written(pairs, reads_them):
    rows = [(title, f"{content} In Boston") for title, content in pairs()]
    known = scores_of(as_rows(rows)).terms
    assert ("=patients" in known) == reads_them
    assert any(term.startswith("^") for term in known) == reads_them
    assert {"~Boston", "~In ~Boston"}.issubset(known) == reads_them
    assert any(term.startswith("~") for term in known) == reads_them
    assert "patient" in known


def first(model, *texts):
    return model.titles[int(np.argmax(model.probabilities(list(texts))))]


def test_stop_words_with_capitals_count_and_are_no_reason():
    begins = {"nurse": "It Was", "welder": "We Had", "cook": "All This"}
    rows = as_rows([(title, f"{begins[title]} {content}") for title, content in resumes()])
    model = fit(texts_of(rows))
    for title, beginning in begins.items():
        assert first(model, f"{beginning} safety") == title
        (reasons,) = model.explain([f"{beginning} safety"], [model.titles.index(title)])
        assert {reason.phrase for reason in reasons} <= {"safety"}
    assert model.probabilities(["It Was"]) is None


def test_a_model_knows_the_titles_of_its_rows(model):
    assert model.titles == ["cook", "nurse", "welder"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("bandaged wounds on the wards", "nurse"),
        ("Steel tanks, torches", "welder"),
        ("MENUS of soups", "cook"),
        ("a kitchen with ovens", "cook"),
    ],
)
def test_words_of_a_trade_lead_to_its_title(model, text, title):
    assert first(model, text) == title


def test_several_texts_speak_for_what_most_of_them_are(model):
    assert first(model, "steel torch", "seams of pipes", "soups") == "welder"


def test_what_is_in_no_row_is_not_known(model):
    assert model.probabilities(["astronomy", "the of and", ""]) is None


def test_probabilities_are_a_distribution(model):
    probabilities = model.probabilities(["prepared steel for patients"])
    assert probabilities.shape == (3,)
    assert probabilities.min() > 0
    assert probabilities.sum() == pytest.approx(1)


def test_a_model_can_be_published(model, tmp_path):
    model_file.dump(model, tmp_path / "similar_jobs.model")
    loaded = load_similar_jobs(tmp_path / "similar_jobs.model", "similar_jobs.model")
    np.testing.assert_array_equal(loaded.probabilities(["wards"]), model.probabilities(["wards"]))


def clear_lines():
    """Lines that are either a title's alone or say nothing."""
    random = np.random.default_rng(0)
    pairs = []
    for title, things in TRADES.items():
        for i in range(40):
            own = random.choice(things.split(), 3 if i % 4 else 0)
            pairs.append((title, " ".join([f"work {i}", *own, *random.choice(EVERYWHERE[:8], 3)])))
    return pairs


def clear_resumes():
    random = np.random.default_rng(0)
    words = [f"filler{i}" for i in range(300)]
    return [
        (title, " ".join(random.permutation([*words * 2, *things.split() * 4])))
        for title, things in TRADES.items()
        for _ in range(8)
    ]


@pytest.mark.parametrize("pairs", [clear_lines, clear_resumes])
def test_titles_that_are_never_mistaken_can_be_fitted(pairs):
    model = fit(texts_of(as_rows(pairs())))
    for _, text in pairs():
        assert model.probabilities([text]).sum() == pytest.approx(1)
    assert first(model, "wards and wounds") == "nurse"


def test_texts_that_share_no_word_can_be_fitted():
    pairs = [(title, thing) for title, things in TRADES.items() for thing in things.split()]
    assert first(fit(texts_of(as_rows(pairs))), "wards") == "nurse"


@pytest.mark.parametrize("pairs", [lines, resumes])
def test_two_titles_can_be_fitted(pairs):
    rows = as_rows([pair for pair in pairs() if pair[0] != "cook"])
    assert first(fit(texts_of(rows)), "wards wounds charts") == "nurse"


def test_more_texts_teach_words_and_not_how_sure_to_be():
    model = fit(texts_of(as_rows(lines())))
    rows = as_rows([*lines(), *[("nurse", "gave catheters to patients")] * 5])
    more = refit(model, texts_of(rows))
    assert model.probabilities(["catheters"]) is None
    assert first(more, "catheters") == "nurse"
    assert (more.calibration, more.threshold) == (model.calibration, model.threshold)


def test_a_title_of_lines_learns_words_from_titles_whose_lines_are_like_its_own(monkeypatch):
    monkeypatch.setattr(low_rank, "LINES", replace(low_rank.LINES, batch=8))
    random = np.random.default_rng(0)
    kitchen, ward = TRADES["cook"].split(), TRADES["nurse"].split()
    words = {"cook": [*kitchen, "lobster"], "baker": kitchen, "nurse": ward}
    pairs = [
        (title, " ".join(random.choice(of_title, 3)))
        for title, of_title in words.items()
        for _ in range(100)
    ]
    told = scores_of(as_rows(pairs))
    monkeypatch.setattr(similar_jobs, "PROTOTYPES_LOW_RANK", 0.0)
    alone = scores_of(as_rows(pairs))
    lobster = list(told.terms).index(stem("lobster"))
    baker, cook, nurse = told.weights[[lobster]].toarray()[0]
    assert cook > baker > nurse
    assert not alone.weights[[lobster]].toarray()[0, [0, 2]].any()


def test_titles_that_share_make_a_request_read_few_more_weights(monkeypatch):
    rows = as_rows([(f"{title} {i % 10}", text) for i, (title, text) in enumerate(lines())])
    told = scores_of(rows)
    monkeypatch.setattr(similar_jobs, "PROTOTYPES_LOW_RANK", 0.0)
    alone = scores_of(rows)
    assert alone.weights.nnz < told.weights.nnz < told.weights.shape[0] * told.weights.shape[1]
    assert told.weights.nnz <= similar_jobs.PROTOTYPES_MORE_WEIGHTS * alone.weights.nnz


@pytest.mark.parametrize("label", ["{} of trade", "{}s of Trade (Contract)"])
def test_other_titles_teach_what_the_words_of_titles_mean(monkeypatch, label):
    monkeypatch.setattr(similar_jobs, "LOW_RANK", 0.0)
    rows = as_rows([(label.format(title), f"{text} rope") for title, text in resumes()])
    told = {"ship welder": "rope", "night nurse": "oath", "day cook": "oath"}

    def weights(others):
        scores = scores_of(rows, others)
        return scores.weights[list(scores.terms).index(stem("rope"))].toarray()[0]

    taught = weights(as_rows([pair for pair in told.items() for _ in range(30)]))
    cook, nurse, welder = taught - weights(no_others())
    assert welder > 0.1 > 0 > max(cook, nurse)


@pytest.mark.parametrize("title", ["pilot", "ship welder"])
def test_other_titles_of_which_no_word_can_be_told_teach_no_word(monkeypatch, title):
    monkeypatch.setattr(similar_jobs, "LOW_RANK", 0.0)
    rows = as_rows([(name, f"{text} rope") for name, text in resumes()])
    taught = scores_of(rows, as_rows([(title, "rope")] * 30)).weights
    assert not (taught - scores_of(rows).weights).toarray().any()


def test_what_other_titles_share_is_of_terms_in_many_texts(monkeypatch):
    rows = as_rows([(title, f"{text} bolts") for title, text in resumes()])
    others = as_rows([("pilot", "bolts"), ("judge", "soups")] * low_rank.LONG_TEXTS.least_texts)
    told = scores_of(rows, others)
    monkeypatch.setattr(similar_jobs, "LOW_RANK", 0.0)
    shared = abs(told.weights - scores_of(rows, others).weights).sum(axis=1).A1
    both = texts_of(rows, others)
    texts_with = (both.counts > 0).sum(axis=0).A1 + (both.other_counts > 0).sum(axis=0).A1
    often = dict(zip(both.terms, texts_with >= low_rank.LONG_TEXTS.least_texts, strict=True))
    many = np.array([often[term] for term in told.terms])
    assert 0 < many.sum() < len(many)
    np.testing.assert_array_equal(shared > 0, many)


def test_titles_count_evenly_in_what_other_titles_share(monkeypatch):
    def remember(vectors, titles, weights, settings, others):
        seen.append(weights.groupby(titles).sum())
        return np.zeros((titles.nunique(), vectors.shape[1]))

    seen = []
    monkeypatch.setattr(low_rank, "fit", remember)
    few_cooks = [(title, text) for i, (title, text) in enumerate(resumes()) if i < 30]
    scores_of(as_rows(few_cooks), as_rows([("pilot", "soups")]))
    (sums,) = seen
    assert list(sums.index) == ["cook", "nurse", "welder"]
    assert list(sums) == pytest.approx([sums.mean()] * 3)


NAMES = {"cook": ["chef de partie", "grillardin"], "nurse": ["ward sister"]}


def test_a_title_is_told_by_its_names_even_where_no_text_has_them():
    model = shorten(fit_scores(texts_of(as_rows(lines()), names=NAMES)))
    for title in TRADES:
        for name in (title, *NAMES.get(title, ())):
            scores = model.scores(model.known_terms(name))
            assert model.titles[int(scores.argmax())] == title, name


def test_what_a_title_is_called_counts_beside_long_texts():
    words = " ".join(name for title in TRADES for name in (title, *NAMES.get(title, ())))
    rows = as_rows([(title, f"{text} {words}") for title, text in resumes()])

    def more_than_others(title, word, names):
        model = shorten(fit_scores(texts_of(rows, names=names)))
        scores = model.scores(model.known_terms(word))
        return scores[model.titles.index(title)] - scores.mean()

    assert min(more_than_others(title, title, {}) for title in TRADES) > 0.5
    for title, word in [("nurse", "sister"), ("cook", "partie")]:
        assert more_than_others(title, word, NAMES) > more_than_others(title, word, {}) + 0.2


def test_the_starter_corpus_tells_what_is_in_no_text_of_a_title_it_knows(monkeypatch):
    rows = as_rows([
        ("cook" if title == "cook" else f"{title} of trade", f"{text} sauces")
        for title, text in resumes()
    ])  # fmt: skip
    told = scores_of(rows)
    monkeypatch.setattr(similar_jobs, "CORPUS", 0.0)
    alone = scores_of(rows)
    sauce, as_written = (list(told.terms).index(term) for term in (stem("sauces"), "=sauces"))
    cook, nurse, welder = (told.weights - alone.weights)[[sauce]].toarray()[0]
    assert cook > 0.1
    assert nurse == welder == 0
    assert not (told.weights - alone.weights)[[as_written]].toarray().any()
    # The title that it knows is given no more often for it: so are the rows' titles, evenly.
    texts = texts_of(rows)
    counts = texts.counts[:, np.isin(texts.terms, told.terms)]
    vectors = TfidfTransformer().fit_transform(counts.log1p())
    means = [np.asarray((vectors @ s.weights).mean(axis=0))[0] + s.bias for s in (told, alone)]
    np.testing.assert_allclose(means[0], means[1])


def test_no_line_of_the_starter_corpus_stands_before_the_others(monkeypatch):
    rows = as_rows(resumes())
    told = scores_of(rows)
    lines_of = starter.lines_of
    assert len(lines_of("cook")) > 20
    monkeypatch.setattr(starter, "lines_of", lambda title: lines_of(title)[::-1])
    np.testing.assert_allclose(scores_of(rows).weights.toarray(), told.weights.toarray())


def test_a_line_of_the_starter_corpus_that_is_held_out_is_not_learnt_from_there(monkeypatch):
    line, *others = starter.lines_of("cook")
    texts = texts_of(as_rows([(title, f"{text} {line}") for title, text in resumes()]))
    some = texts.without([group_of(each) for each in others])
    none = some.without([group_of(line)])
    told = [fit_scores(each).weights for each in (some, none)]
    monkeypatch.setattr(similar_jobs, "CORPUS", 0.0)
    alone = fit_scores(texts).weights
    assert [abs(each - alone)[:, 0].sum() > 0 for each in told] == [True, False]


def test_copies_of_a_text_do_not_make_many_long_ones_of_a_few_lines():
    once = as_rows(lines())
    often = pd.concat([once] * 40, ignore_index=True)
    assert not scores_of(often).bias.any()
    assert scores_of(as_rows(resumes())).bias.any()


def test_a_fold_that_leaves_one_title_teaches_no_calibration():
    rows = as_rows([pair for pair in resumes() if pair[0] != "welder"])
    rows.loc[rows["title"] == "cook", "group"] = "one person"
    assert fit(texts_of(rows)).titles == ["cook", "nurse"]


@pytest.mark.parametrize("pairs", [lines(), resumes()], ids=["lines", "resumes"])
def test_what_a_text_says_first_tells_more_of_it(pairs):
    model = shorten(scores_of(as_rows(pairs)))

    def nurse_above_welder(*words):
        scores = model.scores(model.known_terms(" ".join(words)))
        return scores[model.titles.index("nurse")] - scores[model.titles.index("welder")]

    nurse, welder = TRADES["nurse"].split(), TRADES["welder"].split()
    alone = nurse_above_welder(*nurse) - nurse_above_welder(*welder)
    forth = nurse_above_welder(*nurse, *EVERYWHERE, *welder)
    back = nurse_above_welder(*welder, *EVERYWHERE, *nurse)
    assert forth - back > alone / 20


def test_texts_of_a_held_out_group_teach_its_fold_nothing():
    texts = texts_of(as_rows(resumes()), as_rows([("cook", "soups")] * 4))
    left = texts.without(pd.Series(["1", "3", "x"]))
    assert list(left.others["group"]) == ["0", "2"]
    assert left.other_counts.shape == (2, len(texts.terms))
    assert len(left.rows) == left.counts.shape[0] == len(texts.rows) - 2
    assert not left.rows["group"].isin(["1", "3"]).any()


@pytest.mark.parametrize(("line", "resume"), [(0.9, 0.5), (0.5, 0.9)])
def test_the_surer_of_two_lengths_is_given_more(line, resume):
    lengths = np.repeat(["line", "resume"], 200)
    known = np.repeat([5.0, 500.0], 200)
    right = np.concatenate([np.arange(200) < share * 200 for share in (line, resume)])
    scored = Scored(lengths, known, np.tile([2.0, 0.0, 0.0], (400, 1)), np.where(right, 0, 1))
    calibration, _ = calibrate(scored)
    assert (calibration.rise > 0) == (resume > line)


def test_of_a_row_no_text_is_scored_twice_at_a_length(monkeypatch):
    asked = []

    def counted(rows, most, lengths):
        asked.append((len(rows) * len(lengths), most))
        return at_lengths(rows, most, lengths)

    monkeypatch.setattr(similar_jobs, "at_lengths", counted)
    fit(texts_of(as_rows(resumes())))
    assert asked
    assert all(most <= texts for texts, most in asked)


def test_titles_of_unseen_lines_are_found_far_above_chance(held_out_model, held_out_texts):
    assert share_found(held_out_model, held_out_texts, 5) > 0.35


def test_several_lines_say_more_than_one(held_out_model, held_out_texts):
    by_title = pd.DataFrame(held_out_texts, columns=["title", "text"]).groupby("title")["text"]
    joined = [(title, "\n".join(texts)) for title, texts in by_title if len(texts) > 3]
    alone = share_found(held_out_model, held_out_texts, 5)
    assert share_found(held_out_model, joined, 5) > alone + 0.2


def share_found(model, texts, most):
    return np.mean([title in most_probable(model, text, most) for title, text in texts])


def most_probable(model, text, most):
    probabilities = model.probabilities([text])
    order = [] if probabilities is None else np.argsort(-probabilities)[:most]
    return [model.titles[i] for i in order]


def test_what_is_said_to_be_probable_is_about_as_often_right(held_out_model, held_out_texts):
    said, right = [], []
    for title, text in held_out_texts:
        probabilities = held_out_model.probabilities([text])
        if probabilities is not None:
            said.append(probabilities.max())
            right.append(held_out_model.titles[int(probabilities.argmax())] == title)
    assert np.mean(said) == pytest.approx(np.mean(right), abs=0.03)


def test_the_likely_titles_have_the_true_one_nine_times_of_ten(held_out_model, held_out_texts):
    covered = []
    for title, text in held_out_texts:
        probabilities = held_out_model.probabilities([text])
        if probabilities is not None:
            likely = held_out_model.likely(probabilities)
            covered.append(title in [held_out_model.titles[i] for i in likely])
    assert 0.88 <= np.mean(covered) <= 0.95


def test_the_likely_titles_have_the_true_one_nine_times_of_ten_at_each_length():
    random = np.random.default_rng(0)
    owners = random.integers(20, size=2_000)
    lengths = np.array(["line", "resume"] * 1_000)
    scores = random.normal(size=(2_000, 20))
    scores[np.arange(2_000), owners] += np.where(lengths == "line", 1.0, 3.0)
    scored = Scored(lengths, np.where(lengths == "line", 10, 100), scores, owners)
    calibration, threshold = calibrate(scored)
    for length in ("line", "resume"):
        covered = [
            softmax(each * calibration.scale(each, known))[owner] >= threshold
            for each, known, owner in zip(scores, scored.known, owners, strict=True)
            if (known == 10) == (length == "line")
        ]
        assert np.mean(covered) >= 0.9


@pytest.mark.parametrize(("texts", "missing"), [(8, None), (9, 0), (18, 0), (19, 1)])
def test_of_so_many_texts_and_one_more_a_tenth_may_miss_their_title(texts, missing):
    owners = np.arange(texts) % 3
    scores = np.eye(3)[owners] * np.linspace(1, 2, texts)[:, None]
    scored = Scored(np.array(["line"] * texts), np.full(texts, 9.0), scores, owners)
    calibration, threshold = calibrate(scored)
    scales = np.array([calibration.scale(each, 9) for each in scores])
    of_true = softmax(scales[:, None] * scores, axis=1).max(axis=1)
    # Of too few texts, every title is likely.
    assert threshold == (0.0 if missing is None else np.sort(of_true)[missing])
    assert len(set(of_true)) > 1
