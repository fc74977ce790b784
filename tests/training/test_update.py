"""`python -m training update`: when it publishes, when it keeps, what it says; the whole circle."""

import csv
import json
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest
import requests

from shared import submission
from shared.job_insights import POSTED as OF_POSTINGS
from shared.job_insights import load_job_insights
from shared.models import load_similar_jobs
from shared.storage import Storage, open_storage
from tests import people
from tests.conftest import BUCKET, ROOT, post
from tests.training.gather.career_site import career_site, posting
from training import __main__ as training
from training import data_version, publish, steps, update
from training.data_version import DataVersion, Profile, describe, profile
from training.dataset import Dataset
from training.evaluate import Prediction
from training.sources import starter

TITLES = 6
"""So many titles of the starter corpus are enough to learn from."""
PATIENCE_SECONDS = 60
ROWS = [(each.title, line) for each in starter.read()[10 : 10 + TITLES] for line in each.lines]
TITLE = ROWS[0][0]


@dataclass
class Place:
    """Where a test trains: a table, a store of submissions, and what is published."""

    root: Path

    @property
    def table(self) -> Path:
        return self.root / "table.csv"

    @property
    def out(self) -> str:
        return str(self.root / "models")

    @property
    def store(self) -> Storage:
        return open_storage(str(self.root / "submissions"))

    def gather(self, rows):
        with self.table.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("title", "description"), *rows])

    def send(self, number, description, title=TITLE):
        job = submission.Job(f"{description} {number}", title, 2015, None)
        name = submission.name_of(f"receipt {number} {description}")
        self.store.write(name, submission.encode([job], "2026-01-02"))
        return name

    def run(self, step):
        sources = ["--source", f"table:{self.table}", "--label-column", "title"]
        sources += ["--source", f"submissions:{self.root / 'submissions'}"]
        places = ["--work", str(self.root / "work"), "--out", self.out]
        wanted = {"publish": places, "dataset": [*sources, *places[:2]]}
        return training.main([step, *wanted.get(step, [*sources, *places])])

    def update(self):
        assert self.run("update") == 0
        return json.loads((self.root / "work" / "update.json").read_text())

    @property
    def current(self):
        return publish.current(open_storage(self.out))

    @property
    def texts(self):
        return set(Dataset.load(self.root / "work").rows["text"])


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The first version, by `build`."""
    place = Place(tmp_path_factory.mktemp("built"))
    place.gather(ROWS)
    assert place.run("build") == 0
    return place


@pytest.fixture
def place(built, tmp_path):
    """A copy of it that a test may go on from."""
    return Place(Path(shutil.copytree(built.root, tmp_path / "place")))


def scrambled(rows):
    """The same texts under other titles."""
    titles = [title for title, _ in rows]
    moved = titles[len(titles) // 2 :] + titles[: len(titles) // 2]
    return [(title, text) for title, (_, text) in zip(moved, rows, strict=True)]


# The command


@pytest.fixture(scope="module")
def updated(built, tmp_path_factory):
    """The second version, with a submission in it; and the report."""
    place = Place(Path(shutil.copytree(built.root, tmp_path_factory.mktemp("u") / "place")))
    place.send(1, "rigged zyzomatic hoists")
    return place, place.update()


def test_new_texts_that_do_no_harm_are_published(built, updated):
    place, report = updated
    assert report["decision"] == "published"
    assert report["reasons"] == []
    assert report["served"] == built.current.version
    assert report["version"] == place.current.version != built.current.version
    assert report["compared"]["texts"] > 20
    assert report["compared"]["overall"].keys() == {"top1", "top5", "mrr"}
    assert report["drift"]["submissions"]["against"] == "all sources"
    assert report["drift"]["table"] == {
        "against": "itself", "texts": len(ROWS), "titles": 0, "words": 0, "lengths": 0,
    }  # fmt: skip
    assert "rigged zyzomatic hoists 1" in place.texts


def test_the_same_again_changes_nothing(updated, tmp_path, capsys):
    place = Place(Path(shutil.copytree(updated[0].root, tmp_path / "place")))
    assert place.update()["decision"] == "unchanged"
    assert place.current == updated[0].current
    assert f"unchanged: {place.current.version}" in capsys.readouterr().out


def test_what_only_the_figures_are_made_of_is_new_data_as_well(place):
    def decided(jobs):
        texts = pd.DataFrame(ROWS, columns=["title", "description"])
        pd.concat([texts, jobs]).to_csv(place.table, index=False)
        return place.update()["decision"]

    jobs = people.jobs()
    assert decided(jobs) == "published"
    assert decided(jobs) == "unchanged"
    jobs.loc[0, "salary"] = "$250,000"
    assert decided(jobs) == "published"
    assert decided(jobs[jobs["person"] != "p0"]) == "published"


def test_what_titles_ask_for_is_of_the_data_version_in_whichever_order(built):
    data = Dataset.load(built.root / "work")
    shares = {"high school": 0.75, "bachelor": 0.25}
    asked = replace(data, required={TITLE: shares})
    turned = replace(data, required={TITLE: dict(reversed(shares.items()))})
    assert describe(asked).version != describe(data).version
    assert describe(asked).version == describe(turned).version


def test_the_same_input_makes_the_same_bytes(updated, tmp_path):
    place = Place(Path(shutil.copytree(updated[0].root, tmp_path / "place")))
    for made in ("work", "models"):
        shutil.rmtree(place.root / made)
    report = place.update()
    assert (report["decision"], report["served"]) == ("published", None)
    assert place.current.files == updated[0].current.files
    assert place.current.provenance == updated[0].current.provenance


def test_what_is_published_says_how_to_make_it_again(updated):
    place, _ = updated
    published = place.current
    data = published.provenance["data"]
    assert data.keys() == {"version", "code", "python", "packages", "seed", "sources"}
    assert data["sources"].keys() == {"submissions", "table"}
    assert data["packages"].keys() == set(data_version.PACKAGES)
    assert {each.name for each in published.files} >= {"held_out.model", "dataset.json"}
    written = (place.root / "models" / published.path("dataset.json")).read_text()
    assert data_version.decode(written).encode() == written
    assert not any(text in written for text in place.texts)


def test_texts_under_the_wrong_titles_are_not_published_and_it_says_why(place, capsys):
    before = place.current
    place.gather([*ROWS, *(row for _ in range(3) for row in scrambled(ROWS))])
    report = place.update()
    assert report["decision"] == "kept"
    assert any(reason.startswith("top1 falls from") for reason in report["reasons"])
    assert place.current == before
    assert "kept: " in capsys.readouterr().out


def test_what_was_taken_back_is_gone_even_where_what_comes_in_new_is_refused(updated, tmp_path):
    place = Place(Path(shutil.copytree(updated[0].root, tmp_path / "place")))
    for name in place.store.names():
        place.store.delete(name)
    for number, (title, text) in enumerate(scrambled(ROWS) * 3):
        place.send(number, f"{text} again", title)
    report = place.update()
    assert report["decision"] == "published"
    assert update.WITHOUT_NEW in report["reasons"]
    assert report["withdrawn"] == 1
    assert place.current.provenance["data"]["sources"].keys() == {"table"}
    assert place.texts == {text for _, text in ROWS}


def test_what_is_sent_in_is_not_among_what_decides(built):
    data = Dataset.load(built.root / "work")
    served = update.Serving(built.current, describe(data), load(built.root))
    test = data.part("test")
    compared = update.compare(served, served.held_out, test)
    assert compared.texts == len(test)
    sent = test.assign(source=["submissions", *test["source"][1:]])
    assert update.compare(served, served.held_out, sent).texts == len(test) - 1
    moved = test.assign(title=["other", *test["title"][1:]])
    assert update.compare(served, served.held_out, moved).texts == len(test) - 1


def load(root):
    return load_similar_jobs(root / "work" / update.HELD_OUT, update.HELD_OUT)


def test_nothing_is_compared_with_a_version_that_does_not_say_its_data(place, capsys):
    shutil.rmtree(place.root / "models")
    (place.root / "work" / "dataset.json").unlink()
    assert place.run("publish") == 0
    assert place.run("update") == 1
    assert "publish once with `python -m training build`" in capsys.readouterr().err


def test_what_somebody_else_has_published_meanwhile_stays(place, monkeypatch, capsys):
    def meanwhile(paths):
        theirs.append(publish.publish(paths, open_storage(place.out), {}))
        return {}

    theirs = []
    place.gather([*ROWS, *ROWS[:1]])
    monkeypatch.setattr(steps, "_checks", meanwhile)
    assert place.run("update") == 1
    assert "somebody else" in capsys.readouterr().err
    assert [place.current] == theirs


def test_the_report_is_json_and_nothing_else_where_it_is_asked_for(place, capsys):
    sources = ["--source", f"table:{place.table}", "--label-column", "title"]
    where = ["--work", str(place.root / "work"), "--out", place.out]
    place.gather([*ROWS, *ROWS[:1]])
    assert training.main(["update", *sources, *where, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["decision"] in ("published", "unchanged")


# Submissions as a source


def test_submissions_get_titles_that_others_know_and_make_none(place):
    place.send(1, "rigged hoists", title=f"Senior {TITLE} II")
    place.send(2, "haunted hoists", title="ghost of the opera")
    place.send(3, "untitled hoists", title="")
    assert place.run("dataset") == 0
    data = Dataset.load(place.root / "work")
    rows = data.rows[data.rows["source"] == "submissions"]
    assert list(zip(rows["title"], rows["text"], rows["start"], strict=True)) == [
        (TITLE, "rigged hoists 1", 2015)
    ]
    assert data.left_out["submitted title that no other source has"] == 1
    assert len(data.submissions) == 3


def test_who_sends_much_or_the_same_again_is_one_group(place):
    def sent(name, *descriptions):
        jobs = [submission.Job(each, TITLE, None, None) for each in descriptions]
        place.store.write(f"{name}.json", submission.encode(jobs, "2026-01-02"))

    sent("a", "rigged hoists", "oiled winches")
    sent("b", "spliced ropes", "Oiled winches 2")
    sent("c", "tuned pianos")
    assert place.run("dataset") == 0
    rows = Dataset.load(place.root / "work").rows
    groups = rows[rows["source"] == "submissions"].groupby("group")["text"].apply(set)
    assert sorted(map(len, groups)) == [1, 4]


def test_a_submission_joins_two_that_share_a_text_with_it(place):
    both = ["rigged hoists", "tuned pianos"]
    for name, descriptions in (("a", both[:1]), ("b", both[1:]), ("c", both)):
        jobs = [submission.Job(each, TITLE, None, None) for each in descriptions]
        place.store.write(f"{name}.json", submission.encode(jobs, "2026-01-02"))
    assert place.run("dataset") == 0
    rows = Dataset.load(place.root / "work").rows
    assert rows.loc[rows["source"] == "submissions", "group"].nunique() == 1


def test_a_text_that_another_source_has_is_not_learnt_from_as_sent_in(place):
    held_out = ROWS[0][1]
    jobs = [submission.Job(each, TITLE, None, None) for each in ("rigged hoists", f"{held_out} 7")]
    place.store.write("a.json", submission.encode(jobs, "2026-01-02"))
    assert place.run("dataset") == 0
    data = Dataset.load(place.root / "work")
    sent = data.rows[data.rows["source"] == "submissions"]
    assert list(sent["text"]) == ["rigged hoists"]
    assert held_out in set(data.rows["text"])
    assert data.left_out["submitted text that another source has"] == 1


def test_a_damaged_submission_is_told_of_and_left_out(place, capsys):
    place.send(1, "rigged hoists")
    for name, content in (("a.json", b"{"), ("b.json", b"{}"), ("c.json", b'{"format": 99}')):
        place.store.write(name, content)
    assert place.run("dataset") == 0
    assert "rigged hoists 1" in place.texts
    errors = capsys.readouterr().err
    assert [f"left out: {each}.json is no submission" in errors for each in "abc"] == [True] * 3


# Margins


def predictions(ranks, title="a cook"):
    return [Prediction(title, title if rank == 1 else "b", 0.5, rank) for rank in ranks]


@pytest.mark.parametrize(("lost", "kept"), [(0, False), (9, False), (11, True)])
def test_over_all_texts_the_margin_is_the_stated_one(lost, kept):
    then = [p for i in range(10) for p in predictions([1] * 100, f"a group{i}")]
    # Spread over the groups, so that none falls by its own margin.
    now = [replace(p, first="b", rank=2) if i % 100 == 0 and i // 100 < lost else p
           for i, p in enumerate(then)]  # fmt: skip
    if lost > 10:
        now[1] = replace(now[1], first="b", rank=2)
    compared = update.judge(then, now, [], 100)
    assert [reason.split()[0] for reason in compared.reasons] == ["top1"] * kept
    assert update.MARGIN == 0.01


@pytest.mark.parametrize(("lost", "kept"), [(3, False), (5, True)])
def test_of_a_group_the_margin_is_the_stated_one(lost, kept):
    others = predictions([1] * 5000, "a waiter")
    then = predictions([1] * 100) + others
    now = predictions([10_000] * lost + [1] * (100 - lost)) + others
    compared = update.judge(then, now, [], 100)
    assert [("'cook'" in reason) for reason in compared.reasons] == [True] * kept
    assert compared.groups["cook"] == (100, 1.0, pytest.approx(1 - lost / 100, abs=1e-4))
    assert update.GROUP_MARGIN == 0.04


def test_groups_of_few_texts_are_taken_together():
    few = [p for i in range(60) for p in predictions([1], f"a {i}")]
    many = predictions([1] * update.GROUP_TEXTS)
    compared = update.judge(few + many, few + many, [], 100)
    assert {name: texts for name, (texts, _, _) in compared.groups.items()} == {
        update.OTHERS: 60,
        "cook": update.GROUP_TEXTS,
    }


def rare(texts, ranks, others=5_000):
    """A group of few texts before, and as it ranks now, among others of which some fall a bit."""
    many = [predictions([1] * 40, f"a {i}") for i in range(others // 40)]
    few, rest = predictions([1] * texts), [each for group in many for each in group]
    now = [replace(each, rank=2) if i % 100 == 7 else each for i, each in enumerate(rest)]
    return update.judge(few + rest, predictions(ranks) + now, [], 100)


@pytest.mark.parametrize(
    ("texts", "ranks", "kept"),
    [
        (20, [10] * 20, True),
        (5, [10] * 5, True),
        (12, [1] * 4 + [10] * 8, True),
        (4, [10] * 4, False),  # Too few to say anything.
        (12, [1] * 10 + [10] * 2, False),  # It may be chance.
        (40, [1] * 38 + [2] * 2, False),  # Within the margin.
    ],
)
def test_a_rare_group_that_gets_much_worse_is_seen(texts, ranks, kept):
    compared = rare(texts, ranks)
    assert [f"{texts} texts of 'cook'" in reason for reason in compared.reasons] == [True] * kept
    # Together with the others it is too little to be seen.
    assert compared.groups.keys() == {update.OTHERS}
    assert compared.groups[update.OTHERS][1] - compared.groups[update.OTHERS][2] < 0.01


def test_a_few_texts_that_agree_by_chance_are_no_proof():
    few, many = predictions([5] * 5), predictions([1, 2] * 500, "a waiter")
    now = predictions([7] * 5) + predictions([2, 1] * 500, "a waiter")
    assert update.judge(few + many, now, [], 100).reasons == []
    assert update.GROUP_MARGIN < 1 / 5 - 1 / 7


def test_noise_in_many_groups_does_not_keep_what_is_no_worse():
    draw = random.Random(4)
    ranks = [1, 1, 1, 2, 2, 3, 5, 8, 20, 100]
    kept = 0

    def drawn(texts, title):
        return predictions(draw.choices(ranks, k=texts), title)

    for _ in range(20):
        then, now = ([p for i in range(150) for p in drawn(5 + i // 4, f"a {i}")] for _ in "ab")
        kept += any("of '" in reason for reason in update.judge(then, now, [], 150).reasons)
    assert kept <= 1


@pytest.mark.parametrize(("gone", "kept"), [(1, False), (2, True)])
def test_titles_do_not_go_unnoticed(gone, kept):
    same = predictions([1] * 10)
    compared = update.judge(same, same, ["x"] * gone, 100)
    assert bool(compared.reasons) is kept


def test_without_a_common_text_nothing_is_published():
    assert "nothing to compare" in update.judge([], [], [], 100).reasons[0]


# Drift


def test_drift_is_none_for_the_same_and_whole_for_what_has_nothing_in_common():
    assert update.divergence({"a": 1, "b": 3}, {"a": 2, "b": 6}) == 0
    assert update.divergence({"a": 1}, {"b": 5}) == 1
    between = update.divergence({"a": 1, "b": 1}, {"a": 1})
    assert between == pytest.approx(0.311278, abs=1e-6)  # worked out by hand


def test_a_profile_has_no_word_that_may_be_somebodys_own():
    rows = pd.DataFrame({"title": "cook", "text": ["cooked lunch"] * 5 + ["cooked zyzo"] * 4})
    assert profile(rows) == Profile(9, {"cook": 9}, {"cook": 9, "lunch": 5}, {"2": 9})


def test_titles_that_moved_most_come_first():
    then, now = (
        replace(NOTHING, profiles={"a": Profile(10, titles, {}, {})})
        for titles in ({"cook": 5, "nurse": 5}, {"cook": 7, "nurse": 2, "waiter": 1})
    )
    assert update.titles_moved(then, now) == {"nurse": -0.3, "cook": 0.2, "waiter": 0.1}


def test_what_is_sent_in_is_compared_with_what_it_was_and_with_all_that_is_trained_on():
    def version(**titles):
        return replace(NOTHING, profiles={n: Profile(1, t, {}, {}) for n, t in titles.items()})

    cooks, nurses = {"cook": 9}, {"nurse": 9}
    found = update.drift(version(table=cooks, submissions=nurses), version(submissions=nurses))
    assert {name: (each.against, each.titles) for name, each in found.items()} == {
        "submissions": ("itself", 0.0),
        "submissions, as a whole": ("all sources", update.divergence(cooks | nurses, nurses)),
    }
    (first,) = update.drift(version(table=cooks), version(submissions=nurses)).values()
    assert (first.against, first.titles) == ("all sources", 1.0)


NOTHING = DataVersion("", "", "", {}, 0, {}, [], [], {})


# The whole circle


POSTED = (
    "Splices the wire rope of cranes and signs for it on the night shift.",
    "Inspects each section of a tower before it is lifted to its place.",
    "Reads load charts and tells the operator when the wind is too strong.",
    "Keeps shackles and slings sorted in the store by what they can carry.",
    "Walks the site with the foreman to find where the next crane will stand.",
    "Teaches apprentices how to signal to the cab by hand and by radio.",
)


@pytest.fixture
def site():
    with career_site() as site:
        yield site


def gathered(site, number, home):
    """The processed table of that many postings, as the crawler brings them from the site."""
    paths = [f"/added/{i}" for i in range(number)]
    site.added = {
        path: posting(TITLE, description=text, hiringOrganization=f"Riggers of {path}")
        for path, text in zip(paths, POSTED, strict=False)
    }
    urls = [f"{site.url}{path}" for path in paths]
    options = ["--contact", "https://crawler.example", "--delay", "0.001", "--out", home]
    command = [sys.executable, "-m", "training", "gather", *options, *urls]
    subprocess.run(list(map(str, command)), cwd=ROOT, check=True)
    rows = home / "rows.parquet"
    assert training.main(["process", str(home / "records.jsonl"), "--rows", str(rows)]) == 0
    return rows


def told_of_postings(place):
    """What the newest job_insights says of pay in postings, and where schooling is from."""
    model = load_job_insights(place.root / "work" / "job_insights.model", "job_insights.model")
    pay = [each for each in model.pay(TITLE) if each.source == OF_POSTINGS]
    return pay, model.education(TITLE, None)[0]


def test_what_is_sent_in_comes_into_the_answers_and_goes_again(
    serve, emulator, built, site, tmp_path
):
    """Serve, submit with consent, gather, update, new version served, delete, update, gone."""
    place = Place(Path(shutil.copytree(built.root, tmp_path / "place")))
    out, sent = f"gs://{BUCKET}/models", f"gs://{BUCKET}/submissions"
    sources = ["--source", f"table:{place.table}", "--label-column", "title"]
    sources += ["--source", f"postings:{gathered(site, 3, tmp_path)}"]
    sources += ["--source", f"submissions:{sent}"]
    options = [*sources, "--work", str(place.root / "work"), "--out", out]
    word = {"experience": [{"description": "zyzomatic"}]}

    def decision():
        assert training.main(["update", *options]) == 0
        return json.loads((place.root / "work" / "update.json").read_text())["decision"]

    def served_by(url, version):
        """Until the function answers from another version than that."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        known = {"experience": [{"description": ROWS[0][1]}]}
        while (found := post(url, known).headers["X-Model-Version"]) == version:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        return found

    assert decision() == "published"
    settings = {"STORAGE_EMULATOR_HOST": emulator, "MODELS_REFRESH_SECONDS": "0.1"}
    with (
        serve("similar_jobs", MODELS_URI=out, **settings) as jobs,
        serve("submissions", SUBMISSIONS_URI=sent, **settings) as submissions,
    ):
        first = served_by(jobs.url, None)
        assert post(jobs.url, word).status_code == 422
        receipts = []
        for number in range(4):
            job = {"title": TITLE, "description": f"Rigged zyzomatic hoists, crane {number}, "
                   "for Sarah Whitfield, s.whitfield@example.com"}  # fmt: skip
            answer = post(submissions.url, {"experience": [job], "consent": True})
            receipts.append(answer.json()["results"][0]["receipt"])
        assert POSTED[2] in place.texts
        assert POSTED[3] not in place.texts
        assert told_of_postings(place) == ([], "observed")
        gathered(site, len(POSTED), tmp_path)

        assert decision() == "published"
        second = served_by(jobs.url, first)
        results = post(jobs.url, word).json()["results"]
        assert results[0]["title"] == TITLE
        texts = " ".join(place.texts)
        assert set(POSTED) <= set(place.texts)
        pay, basis = told_of_postings(place)
        assert {(each.figures["median"], each.figures["count"]) for each in pay} == {
            (47_000, len(POSTED))  # 22.75 dollars an hour.
        }
        assert {each.state for each in pay} == {None, "Texas"}
        assert basis == "postings"
        assert "zyzomatic" in texts
        assert "Whitfield" not in texts
        assert "example.com" not in texts

        for receipt in receipts:
            url = f"{submissions.url}/model/submissions/{receipt}"
            assert requests.delete(url, timeout=30).status_code == 204
        assert open_storage(sent).names() == []
        assert decision() == "published"
        served_by(jobs.url, second)
        assert post(jobs.url, word).status_code == 422
        assert "zyzomatic" not in " ".join(place.texts)
