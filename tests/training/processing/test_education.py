import pytest

from training.processing.education import LEVELS, Education, education, of_person


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
        ("M.B.A. required", "master", ""),
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
        ("Bachelor's degree not required", "", ""),
        ("GED required, college degree is not necessary", "high school", ""),
        # A state's letters are a degree's as well.
        ("Boston, MA", "", ""),
        ("Jackson, MS 39201", "", ""),
        ("High school diploma; Boston, MA", "high school", ""),
        ("New York City, NY; Cambridge MA 02139; Remote", "", ""),
        ("BA, MA", "bachelor", ""),
        ("Statistics, MS", "master", ""),
        ("MA", "master", ""),
        ("Requires an MS", "master", ""),
        ("US citizen, MS in chemistry", "master", "chemistry"),
        ("Some college", "some college", ""),
        ("High school, some college preferred", "high school", ""),
        ("Less than high school", "less than high school", ""),
        ("", "", ""),
    ],
)
def test_levels_and_fields(written, level, field):
    assert education(written) == Education(level, field)


def test_every_level_is_found_by_its_name():
    degrees = {level: f"{level} degree" for level in ("associate", "bachelor", "master")}
    named = {"certificate": "trade certificate", "professional": "law degree", **degrees}
    assert [education(named.get(level, level)).level for level in LEVELS] == list(LEVELS)


@pytest.mark.parametrize(
    ("written", "level", "field"),
    [
        ("Bachelor in History; Master in Law", "master", "law"),
        ("Master in Law; Bachelor in History", "master", "law"),
        ("Master; Bachelor in Nursing", "master", ""),
        ("M.S. in Statistics", "master", "statistics"),
        ("phd", "doctorate", ""),
        ("Ms", "master", ""),
        ("Juris Doctorate", "professional", "law"),
        ("Certified nurse", "certificate", ""),
        ("High school, no diploma", "less than high school", ""),
        ("Some college, no diploma", "some college", ""),
        ("No college degree", "", ""),
        ("Boston, MA", "", ""),
        ("MBA, Boston, MA", "master", "business administration"),
        ("As a welder", "", ""),
        ("", "", ""),
    ],
)
def test_what_a_person_has_is_the_highest_of_several(written, level, field):
    assert of_person(written) == Education(level, field)
