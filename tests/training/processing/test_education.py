import pytest

from training.processing.education import LEVELS, Education, education, highest


@pytest.mark.parametrize(
    ("written", "level", "field"),
    [
        ("Bachelor's degree in Computer Science or related field", "bachelor", "computer science"),
        ("bachelor degree", "bachelor", ""),
        ("College degree preferred", "bachelor", ""),
        ("four-year college degree in Business", "bachelor", "business administration"),
        ("Bachelor of Arts in History", "bachelor", "history"),
        ("Bachelor of Science in Mechanical Engineering", "bachelor", "mechanical engineering"),
        ("Bachelors Degree (Electrical Engineering)", "bachelor", "electrical engineering"),
        ("Bachelor's Degree - Accounting, Finance", "bachelor", "accounting"),
        ("B.S. or M.S. in Statistics", "bachelor", "statistics"),
        ("BA in English", "bachelor", "english"),
        ("BSN", "bachelor", "nursing"),
        ("Degree in it or as needed", "", ""),
        ("Bachelors in Information Technology", "bachelor", "information technology"),
        # The least that is asked for.
        ("Bachelor's required, Master's preferred", "bachelor", ""),
        ("BS/MS in EE", "bachelor", "electrical engineering"),
        ("BS, MS or PhD in Chemistry", "bachelor", "chemistry"),
        ("MS Office; high school diploma", "high school", ""),
        ("High School Diploma or GED", "high school", ""),
        ("GED", "high school", ""),
        ("professional certificate", "certificate", ""),
        ("vocational training", "certificate", ""),
        ("Associate's degree in Nursing", "associate", "nursing"),
        ("A.A.S. in culinary arts", "associate", "culinary arts"),
        ("AA degree", "associate", ""),
        ("AS in Computer Science", "associate", "computer science"),
        ("a master’s degree", "master", ""),
        ("postgraduate degree", "master", ""),
        ("MBA", "master", "business administration"),
        ("Master's in Social Work (MSW)", "master", "social work"),
        ("J.D.", "professional", ""),
        ("Juris Doctor", "professional", "law"),
        ("MD", "professional", "medicine"),
        ("Ph.D. in Physics", "doctorate", "physics"),
        ("doctoral degree in psychology", "doctorate", "psychology"),
        # What only looks like a degree.
        ("Scrum Master", "", ""),
        ("Master Electrician license", "", ""),
        ("Sales associate experience", "", ""),
        ("Work as a team in MS Excel", "", ""),
        ("Baltimore, MD", "", ""),
        ("JD Edwards", "", ""),
        ("Teach high school students", "", ""),
        ("no degree required", "", ""),
        ("No high school diploma needed", "", ""),
        ("Some college", "", ""),
        ("", "", ""),
    ],
)
def test_levels_and_fields(written, level, field):
    assert education(written) == Education(level, field)


def test_every_level_is_found_by_its_name():
    names = [level for level in LEVELS if level != "professional"]
    assert [education(f"{level} degree").level for level in names[2:]] == names[2:]
    assert [education(name).level for name in ("high school", "trade certificate")] == names[:2]


def test_a_person_has_the_highest_of_several():
    levels = [Education("bachelor", "history"), Education(), Education("master", "law")]
    assert highest(levels) == Education("master", "law")
    assert highest([]) == Education()
    assert LEVELS.index("master") > LEVELS.index("bachelor")
