import pandas as pd
import pytest

from shared.job_insights import SENIORITIES, UNKNOWN
from shared.states import AREAS
from tests import people
from tests.training.given import table_of
from training.collected import LEAST_PEOPLE, ROUNDED_TO, education, next_jobs, pay
from training.dataset import JOB_COLUMNS, Dataset
from training.records import Job
from training.sources.table import Columns, Table

TITLES = ["cook", "nurse", "welder"]


def jobs(*rows, **columns):
    """A table of jobs: each row has some of JOB_COLUMNS."""
    frame = pd.DataFrame(rows, columns=list(columns) or None)
    return frame.reindex(columns=list(JOB_COLUMNS)).astype(JOB_COLUMNS)


def histories(*ways, start=0):
    """A person for each way: titles in their order."""
    return jobs(
        *(
            {"person": f"p{i}", "title": title, "order": order}
            for i, way in enumerate(ways, start)
            for order, title in enumerate(way)
        )
    )


def steps(table):
    found = next_jobs(table, TITLES)
    return {
        (title, TITLES[to]): (share, count)
        for title, each in zip(TITLES, found, strict=True)
        for to, share, count in each
    }


# Next jobs


def test_a_share_is_of_the_people_who_went_on():
    ways = [("cook", "nurse")] * 6 + [("cook", "welder")] * 6 + [("cook",)] * 9
    assert steps(histories(*ways)) == {("cook", "nurse"): (0.5, 6), ("cook", "welder"): (0.5, 6)}


def test_fewer_than_five_people_are_not_told_of_and_still_count():
    ways = [("cook", "nurse")] * LEAST_PEOPLE + [("cook", "welder")] * (LEAST_PEOPLE - 1)
    assert steps(histories(*ways)) == {("cook", "nurse"): (5 / 9, 5)}


def test_a_next_job_of_a_title_that_is_not_known_counts_too():
    ways = [("cook", "nurse")] * 5 + [("cook", "astronaut", "welder")] * 5
    assert steps(histories(*ways)) == {("cook", "nurse"): (0.5, 5)}


def test_jobs_of_one_title_after_each_other_are_one():
    assert steps(histories(*[("cook", "cook", "cook", "nurse")] * 5)) == {("cook", "nurse"): (1, 5)}


def test_a_person_who_goes_the_same_way_twice_counts_once():
    ways = [("cook", "nurse", "cook", "nurse")] * 5
    assert steps(histories(*ways))["cook", "nurse"] == (1, 5)
    assert steps(histories(*ways[1:])) == {}


def test_nobody_goes_on_from_somebody_else():
    ways = [("cook",), ("nurse",)] * 9
    assert steps(histories(*ways).assign(order=range(len(ways)))) == {}


def test_a_job_without_a_title_parts_those_around_it():
    ways = [("cook", "", "nurse")] * 9 + [("cook", "nurse")] * 5
    assert steps(histories(*ways)) == {("cook", "nurse"): (1, 5)}


def test_jobs_without_an_order_or_with_the_same_are_no_step():
    same = histories(*[("cook", "nurse")] * 5).assign(order=1.0)
    assert steps(same) == {}
    assert steps(same.assign(order=None)) == {}


# Pay


def paid(*rows):
    columns = ("person", "title", "salary", "state", "seniority")
    return jobs(*(dict(zip(columns, row, strict=False)) for row in rows))


def groups(table, title="cook"):
    found = pay(table, TITLES)[TITLES.index(title)]
    return {
        (None if area == UNKNOWN else AREAS[area], SENIORITIES[seniority]): figures
        for area, seniority, figures in found
    }


def test_quantiles_and_mean_are_rounded_to_thousands():
    table = paid(*((f"p{i}", "cook", 40_000 + 10_010 * i) for i in range(5)))
    ((where, figures),) = groups(table).items()
    assert where == (None, None)
    assert figures == [44_000, 50_000, 60_000, 70_000, 76_000, 60_000, 5]
    assert all(figure % ROUNDED_TO == 0 for figure in figures[:-1])


def test_groups_are_by_state_and_by_seniority():
    rows = [(f"p{i}", "cook", 50_000, "Ohio" if i < 7 else "Iowa", "senior" if i < 5 else None)
            for i in range(11)]  # fmt: skip
    assert {where: figures[-1] for where, figures in groups(paid(*rows)).items()} == {
        (None, None): 11, (None, "senior"): 5, ("Ohio", None): 7, ("Ohio", "senior"): 5,
    }  # fmt: skip


def test_one_person_with_many_rows_is_one_person():
    rows = [("p0", "cook", 90_000)] * 20 + [(f"p{i}", "cook", 50_000) for i in range(1, 4)]
    assert groups(paid(*rows)) == {}
    assert groups(paid(*rows, ("p4", "cook", 50_000)))[None, None][2] == 50_000


def test_a_title_that_is_not_known_and_a_job_without_pay_are_passed_over():
    rows = [(f"p{i}", "astronaut", 90_000) for i in range(9)]
    rows += [(f"q{i}", "cook", None) for i in range(9)]
    assert pay(paid(*rows), TITLES) == [[], [], []]


# Education


def schooled(*rows):
    columns = ("person", "title", "level", "field", "order", "seniority")
    return jobs(*(dict(zip(columns, row, strict=False)) for row in rows))


def test_small_fields_are_told_of_together_where_they_are_enough():
    rows = [(f"a{i}", "cook", "bachelor", "art") for i in range(6)]
    rows += [(f"b{i}", "cook", "bachelor", f"field {i}") for i in range(3)]
    rows += [(f"c{i}", "cook", "bachelor", None) for i in range(2)]
    rows += [(f"d{i}", "cook", "master", "art") for i in range(4)]
    rows += [(f"e{i}", "cook", None, "art") for i in range(9)]
    found, _, _ = education(schooled(*rows), TITLES)
    assert found == [
        (0, "bachelor", "art", 6 / 15, 6),
        (0, "bachelor", None, 5 / 15, 5),
    ]


def test_what_a_person_had_last_counts():
    rows = [(f"p{i}", "cook", level, None, order) for i in range(5)
            for level, order in (("master", 2), ("bachelor", 1))]  # fmt: skip
    found, _, _ = education(schooled(*rows), TITLES)
    assert found == [(0, "master", None, 1.0, 5)]


# From a table


@pytest.fixture
def table(tmp_path):
    def make(**columns):
        pd.DataFrame(columns).to_csv(tmp_path / "t.csv", index=False)
        return list(Table(tmp_path / "t.csv", Columns()).jobs())

    return make


def test_a_table_without_people_pay_or_education_has_no_jobs(table):
    assert table(title=["cook"], order=[1], state=["Ohio"]) == []


def test_a_row_is_a_job(table):
    found = table(
        title=["Cook", "Nurse", None], person=[1, 2, 3], order=[1, 2, 1],
        state=["oh", "Bavaria", ""], salary=["$50,000", "n/a", None],
        education=["B.S.", None, None], field=["Art ", None, None],
    )  # fmt: skip
    assert found == [
        Job("1", "Cook", order=1, salary=50_000, state="Ohio", level="bachelor", field="art"),
        Job("2", "Nurse", order=2),
        Job("3", order=1),
    ]


def test_without_persons_each_row_is_somebody_elses(table):
    found = table(title=["Cook"] * 3, salary=[50_000] * 3, order=[1, 2, 3])
    assert len({job.person for job in found}) == 3
    assert {job.order for job in found} == {None}


def test_an_order_that_begins_with_the_latest_job_is_turned_round(table):
    starts = ["2018", "2014", "2010", "May 2016", "2012-03"]
    people = {"title": ["a", "b", "c", "d", "e"], "person": [1, 1, 1, 2, 2]}
    newest_first = table(**people, order=[1, 2, 3, 1, 2], start=starts)
    assert [job.order for job in newest_first] == [-1, -2, -3, -1, -2]
    as_it_stands = table(**people, order=[3, 2, 1, 2, 1], start=starts)
    assert [job.order for job in as_it_stands] == [3, 2, 1, 2, 1]
    undated = table(**people, order=[1, 2, 3, 1, 2])
    assert [job.order for job in undated] == [1, 2, 3, 1, 2]


def test_without_an_order_jobs_are_ordered_by_their_start(table):
    found = table(title=["a", "b", "c"], person=[1, 1, 1], start=["June 2016", "2016-02-01", "now"])
    assert [job.order for job in found] == [2016 + 5 / 12, 2016 + 1 / 12, None]


@pytest.mark.parametrize(
    ("written", "dollars"),
    [
        ("85000", 85_000), ("$85,000", 85_000), ("85k", 85_000), ("USD 85,000.60", 85_001),
        ("85000.0", 85_000), ("$ 85K", 85_000), ("25", None), ("-85000", None), ("", None),
        ("80-90k", 85_000), ("99999999", None), ("a lot", None), ("85000.5", 85_000.5),
        ("$45/hr", 93_600), ("$85,000 - $95,000", 90_000), ("$4,000/month", 48_000),
        ("85-95k", 90_000), ("up to $120,000", None), ("£85,000", None), ("45.125", None),
    ],
)  # fmt: skip
def test_salaries_are_read_as_people_write_them(table, written, dollars):
    (job,) = table(title=["cook"], salary=[written], person=["p"])
    assert job.salary == dollars


@pytest.mark.parametrize(
    ("written", "level"),
    [
        ("Ph.D.", "doctorate"), ("Doctor of Education", "doctorate"), ("MBA", "master"),
        ("Master's degree", "master"), ("M.Sc. Physics", "master"), ("BS", "bachelor"),
        ("Bachelor of Arts", "bachelor"), ("Associates", "associate"), ("GED", "high school"),
        ("High School Diploma", "high school"), ("some college, no degree", "some college"),
        ("Certificate in Welding", "certificate"), ("Abitur", "abitur"), ("", None),
        # A state's letters, or a degree's.
        ("MA", "master"), ("ms", "master"), ("BA", "bachelor"), ("B.A., M.A.", "master"),
        ("BA, MA", "master"), ("BS, Biology, MS", "master"), ("Statistics, MS", "master"),
        ("High School Diploma, Boston, MA", "high school"),
        ("High school, Boston MA 02115", "high school"),
        ("Bachelor of Arts, Jackson, MS", "bachelor"), ("PhD, Baltimore, MD", "doctorate"),
        ("Boston, MA", "boston, ma"),
        # Words that are letters of a degree as well, and degrees before their field.
        ("Certified as a welder", "certificate"), ("As a welder", "as a welder"),
        ("BS Computer Science", "bachelor"), ("AA", "associate"), ("AS Nursing", "associate"),
        # Several: the highest.
        ("Bachelor's and Master's", "master"), ("MBA/PhD", "doctorate"),
        ("Doctor of Physical Therapy", "doctorate"), ("J.D.", "professional"),
        ("High school, no diploma", "less than high school"),
        ("Less than high school", "less than high school"),
    ],
)  # fmt: skip
def test_levels_of_education_are_read_as_people_write_them(table, written, level):
    (job,) = table(title=["cook"], education=[written], person=["p"])
    assert job.level == level


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ("ca", "California"), ("texas", "Texas"), ("San Francisco, CA", "California"),
        ("Austin, Texas, USA", "Texas"), ("Remote", None), ("Toronto, ON", None), ("", None),
    ],
)  # fmt: skip
def test_states_are_those_of_the_places_that_people_write(table, written, state):
    (job,) = table(title=["cook"], state=[written], person=["p"])
    assert job.state == state


def test_a_dataset_keeps_its_jobs(tmp_path):
    people.jobs().to_csv(tmp_path / "people.csv", index=False)
    made = table_of(Table(tmp_path / "people.csv", Columns()).jobs())
    assert made["person"].nunique() == people.SCIENTISTS
    assert set(made["title"]) == {
        "data analyst", "data scientist", "machine learning engineer", "it manager",
    }  # fmt: skip
    assert set(made.loc[made["seniority"].notna(), "title"]) == {"data scientist"}
    rows = pd.DataFrame({"title": ["a"], "text": ["b"]})
    Dataset(rows, {}, {}, made, {"a": {"master": 0.5}}).save(tmp_path / "work")
    loaded = Dataset.load(tmp_path / "work")
    pd.testing.assert_frame_equal(loaded.jobs, made)
    assert loaded.required == {"a": {"master": 0.5}}
