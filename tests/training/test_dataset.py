import pytest

from tests.training.given import WORDS, Given, labelled, texts
from training.dataset import COLUMNS, Dataset, build
from training.errors import DataError
from training.records import Job, OtherNames, Record, Required
from training.sources import starter
from training.sources.starter import StarterCorpus


def test_each_record_becomes_a_row():
    made = build([Given(labelled(nurse=4, cook=3))], 3)
    assert list(made.rows.columns) == COLUMNS
    assert made.titles == ["cook", "nurse"]
    assert list(made.rows["text"]) == [*texts("nurse", 4), *texts("cook", 3)]
    assert set(made.rows["source"]) == {"given"}
    assert set(made.rows["weight"]) == {0.5}


def test_labels_stay_titles_are_parsed_and_occupations_told_of_one_person():
    made = build(
        [
            Given(
                [Record(text, label="Sr. Cook II") for text in texts("a", 3)]
                + [Record(text, title="Sr. Cook II") for text in texts("b", 3)]
                + [Record(text, occupation="Waiters and Waitresses") for text in texts("c", 3)]
            )
        ],
        3,
    )
    assert made.titles == ["Sr. Cook II", "cook", "waiter and waitress"]


def test_sources_come_together():
    made = build([Given(labelled(nurse=2, cook=3)), Given(labelled(nurse=3)[2:], name="b")], 3)
    assert made.rows["title"].value_counts().to_dict() == {"nurse": 3, "cook": 3}
    assert set(made.rows["source"]) == {"given", "b"}


def test_a_title_has_the_spelling_of_the_source_that_has_it_ready():
    ready = [Record(text, label="Web Developer") for text in texts("a", 3)]
    table = Given(
        [Record(text, label="web developer") for text in texts("b", 3)]
        + [Record(text, title="Sr. Web Developer II") for text in texts("c", 3)]
        + [Record(text, title="cook") for text in texts("d", 3)]
        + [Record(text, label="Senior Cook") for text in texts("e", 3)]
    )
    table.names = [OtherNames(("webmaster",), label="web developer")]
    table.work = [Job("Ann", title="Web Developers"), Job("Ann", label="WEB DEVELOPER")]
    made = build([Given(ready), table], 3)
    assert made.rows["title"].value_counts().to_dict() == {
        "Web Developer": 9, "cook": 3, "Senior Cook": 3
    }  # fmt: skip
    assert made.names == {"Web Developer": ["webmaster"]}
    assert list(made.jobs["title"]) == ["Web Developer"] * 2


@pytest.mark.parametrize("ready", ["Nurse II", "Senior Nurse"])
def test_a_ready_title_with_a_rank_is_no_other_ones_spelling(ready):
    rows = [Record(text, label=ready) for text in texts("a", 3)]
    rows += [Record(text, title="Nurse") for text in texts("b", 3)]
    assert build([Given(rows)], 3).titles == [ready, "nurse"]


def test_people_of_two_sources_are_never_the_same_but_employers_are():
    work = [Job("Ann", title="cook"), Job("Acme", title="cook", posted=True)]
    made = build([Given(labelled(nurse=3, cook=3), work=work), Given([], name="b", work=work)], 3)
    assert made.jobs.groupby("posted")["person"].nunique().to_dict() == {False: 2, True: 1}


def test_a_title_of_several_occupations_asks_for_the_mean_of_theirs():
    claimed = starter.titles_by_occupation()
    one, other = (name for name, titles in claimed.items() if "auditor" in titles)
    asked = [Required(one, "bachelor", 0.6), Required(one, "master", 0.4)]
    asked += [Required(other, "bachelor", 0.2)]
    made = build([StarterCorpus(), Given([], required=asked)], 3)
    assert made.required["auditor"] == pytest.approx({"bachelor": 0.4, "master": 0.2})


def test_texts_of_too_few_have_a_title_that_can_be_compared():
    few = [Record(text, label="Web Developers (Contract)") for text in texts("x", 2)]
    few += [Record("flew", label="???")]
    made = build([Given([*labelled(nurse=4, cook=3), *few])], 3)
    assert set(made.others["title"]) == {"web engineer", "???"}


def test_an_occupation_that_starter_titles_cover_is_theirs():
    entry = next(each for each in starter.read() if each.occupations)
    occupation = entry.occupations[0]
    statement = Record("polished an unheard of brass telescope", occupation=occupation)
    alone = build([Given([statement, *labelled(nurse=3, cook=3)])], 3)
    assert alone.left_out["title with too few texts"] == 1
    with_starter = build([StarterCorpus(), Given([statement])], 3).rows
    titles = set(with_starter.loc[with_starter["text"] == statement.text, "title"])
    assert titles == set(starter.titles_by_occupation()[occupation])
    assert entry.title in titles


def test_names_are_kept_of_titles_that_are_kept():
    names = [
        OtherNames(("sister", "care giver"), label="nurse"),
        OtherNames(("matron",), label="nurse"),
        OtherNames(("aviator",), label="pilot"),
        OtherNames(("server",), occupation="Waiters and Waitresses"),
    ]
    rows = [Record(text, occupation="Waiters and Waitresses") for text in texts("w", 3)]
    made = build([Given([*labelled(nurse=3, pilot=2), *rows], names)], 3)
    assert made.names == {
        "nurse": ["sister", "care giver", "matron"],
        "waiter and waitress": ["server"],
    }


# What is left out


def test_titles_with_too_few_texts_are_left_out_and_counted():
    made = build([Given(labelled(nurse=5, cook=4, pilot=3))], 4)
    assert made.titles == ["cook", "nurse"]
    assert made.left_out == {
        "no title or no words": 0,
        "title with too few texts": 3,
        "submitted title that no other source has": 0,
        "submitted text that another source has": 0,
    }


def test_texts_of_other_titles_are_kept_apart():
    unlabelled = [Record("flew gliders", title="Sr. Test Pilot", other=True)]
    made = build([Given([*labelled(nurse=5, cook=4, pilot=3), *unlabelled])], 4)
    assert list(made.others["title"]) == ["test pilot", "pilot", "pilot", "pilot"]
    assert list(made.others["text"]) == ["flew gliders", *texts("pilot", 3)]
    assert set(made.rows["title"]) == {"cook", "nurse"}
    assert made.left_out["no title or no words"] == 0


def test_a_text_of_another_title_is_held_out_with_its_group():
    groups = [str(i) for i in range(60)]
    other = [Record("flew", title="pilot", group=group, other=True) for group in groups]
    nursed = [Record(f"wards {group}", label="nurse", group=group) for group in groups]
    made = build([Given([*nursed, *labelled(cook=12), *other])], 3)
    held_out = set(made.part("test")["group"]) & set(groups)
    of_others = [set(part["group"]) for _, part in made.others.groupby("part")]
    assert of_others == [held_out, set(groups) - held_out]
    assert held_out != set()


def test_the_groups_of_a_part_are_those_of_its_rows_and_of_its_other_texts():
    other = [Record("flew", title="pilot", group=f"other {i}", other=True) for i in range(60)]
    made = build([Given([*labelled(nurse=60, cook=60), *other])], 3)
    for part in ("test", "train"):
        rows, others = (table[table["part"] == part] for table in (made.rows, made.others))
        assert not rows.empty
        assert not others.empty
        assert made.groups_of(part) == {*rows["group"], *others["group"]}


def test_the_same_text_again_makes_no_title_of_few_texts():
    again = [Record("flew jets", label="pilot")] * 9
    assert build([Given([*labelled(nurse=3, cook=3), *again])], 3).titles == ["cook", "nurse"]


def test_records_without_a_title_or_a_word_are_left_out_and_counted():
    useless = [
        Record("", label="nurse"),
        Record("the of and", label="nurse"),
        Record("!!!", label="cook"),
        Record("did something", title="!!!"),
        Record("did something else"),
    ]
    made = build([Given([*labelled(nurse=3, cook=3), *useless])], 3)
    assert len(made.rows) == 6
    assert made.left_out["no title or no words"] == len(useless)


@pytest.mark.parametrize(
    "rows",
    [[], labelled(nurse=12), labelled(nurse=12, cook=2), [Record("!", label=x) for x in "abcdef"]],
    ids=["nothing", "one title", "one title with enough", "no words"],
)
def test_one_title_is_nothing_to_learn_from(rows):
    with pytest.raises(DataError, match="fewer than two titles have 3"):
        build([Given(rows)], 3)


@pytest.mark.parametrize("least", [-1, 0, 1, 2])
def test_fewer_texts_a_title_than_calibration_needs_cannot_be_asked_for(least):
    with pytest.raises(DataError, match=f"--min-rows {least}: must be 3 or more"):
        build([Given(labelled(nurse=9, cook=9))], least)


# Parts


def many(titles=40, lines=12):
    return [Record(text, label=f"t{i}") for i in range(titles) for text in texts(f"t{i}", lines)]


def test_about_a_tenth_is_held_out():
    made = build([Given(many())], 3)
    assert len(made.part("train")) + len(made.part("test")) == len(made.rows) == 480
    assert 0.05 < len(made.part("test")) / len(made.rows) < 0.15


def test_a_texts_part_does_not_depend_on_what_else_there_is():
    whole = build([Given(many())], 3).rows
    half = build([Given(many()[::-1][:240])], 3).rows
    parts = dict(zip(whole["text"], whole["part"], strict=True))
    assert list(half["part"]) == [parts[text] for text in half["text"]]


def test_a_group_is_never_parted():
    rows = [
        Record(text, label=f"t{i % 5}", group=f"g{i // 7}")
        for i, text in enumerate(f"{word} {other}" for word in WORDS for other in WORDS)
    ]
    made = build([Given(rows)], 3).rows
    assert set(made["part"]) == {"train", "test"}
    assert made.groupby("group")["part"].nunique().max() == 1


def test_near_copies_are_one_group():
    near = ["Managed 12 people, daily!", "managed 9 people daily", "MANAGED people (daily)"]
    rows = [Record(text, label="manager") for text in [*near, "hired people daily"]]
    made = build([Given([*rows, *labelled(nurse=3, manager=3)])], 3).rows
    groups = dict(zip(made["text"], made["group"], strict=True))
    assert len({groups[text] for text in near}) == 1
    assert groups["hired people daily"] != groups[near[0]]


def test_near_copies_of_different_titles_are_not_parted_either():
    rows = [Record(text, label=label) for text in texts("both") for label in ("nurse", "cook")]
    made = build([Given(rows)], 3).rows
    assert made.groupby("text")["part"].nunique().max() == 1


def test_nothing_is_held_out_that_a_title_needs_to_be_learnt():
    few = [Record(text, label=f"t{i}") for i in range(100) for text in texts(f"t{i}", 3)]
    made = build([Given(few)], 3)
    assert len(made.part("test")) == 0
    four = build([Given(many(100, 4))], 3)
    assert len(four.part("test")) > 0
    assert four.part("train").groupby("title")["group"].nunique().min() == 3


def test_a_group_that_a_title_needs_is_held_out_nowhere():
    everything = [
        record
        for i in range(12)
        for record in (
            Record(f"nursed {WORDS[i]}", label=f"nurse {i // 3}", group=f"person {i}"),
            Record(f"watched {WORDS[i]}", title="night watch", other=True, group=f"person {i}"),
        )
    ]
    made = build([Given(everything)], 3)
    assert len(made.others) == 12
    assert not made.groups_of("test")


# On disk


def test_a_dataset_is_read_as_it_was_written(tmp_path):
    given = Given([*many(), *labelled(few=2)], [OtherNames(("naïve",), label="t1")])
    made = build([given], 3)
    made.save(tmp_path / "new" / "folder")
    again = Dataset.load(tmp_path / "new" / "folder")
    assert again.rows.equals(made.rows)
    assert again.others.equals(made.others)
    assert (again.names, again.left_out) == (made.names, made.left_out)


def test_the_same_sources_make_the_same_file(tmp_path):
    for name in ("one", "two"):
        build([Given(many())], 3).save(tmp_path / name)
    one, two = ((tmp_path / name / "dataset.parquet").read_bytes() for name in ("one", "two"))
    assert one == two


def test_where_no_dataset_is_the_step_to_run_is_named(tmp_path):
    with pytest.raises(DataError, match="run the step `dataset` first"):
        Dataset.load(tmp_path)


@pytest.mark.parametrize(
    "name", ["dataset.parquet", "others.parquet", "jobs.parquet", "names.json"]
)
@pytest.mark.parametrize("share", [0.0, 0.1, 0.9])
def test_of_a_dataset_that_was_not_all_written_the_step_to_run_is_named(tmp_path, name, share):
    build([Given(many(4))], 3).save(tmp_path)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match=r"cannot be read: .+: run the step `dataset` again"):
        Dataset.load(tmp_path)
