import pytest

from training import skill_taxonomy
from training.phrases import openers, phrases


@pytest.fixture(scope="module")
def read():
    taxonomy = skill_taxonomy.load()

    def read(content, *opening):
        return [each.wording for each in phrases(content, taxonomy, frozenset(opening))]

    return read


def test_runs_lie_between_stop_words_punctuation_and_openers(read):
    found = read("Repointed brick chimneys, flues and old walls", "repointed")
    assert found == ["brick", "brick chimneys", "chimneys", "flues", "walls"]


@pytest.mark.parametrize("between", ["\n- ", "\n* ", "; - "])
def test_a_mark_that_stands_alone_hides_nothing_that_stands_before_it(read, between):
    assert read(f"brick chimneys{between}garden walls") == [
        *("brick", "brick chimneys", "chimneys"),
        *("garden", "garden walls", "walls"),
    ]


def test_runs_have_four_words_at_most(read):
    longest = max(read("red brick garden wall coping stones"), key=lambda each: each.count(" "))
    assert longest.count(" ") == 3


@pytest.mark.parametrize(
    ("content", "skill", "parts"),
    [
        ("Built machine learning models", "machine learning", ["machine", "learning"]),
        ("Ran the point of sale desk", "point of sale", ["sale", "sale desk"]),
        (
            "Sold amazon web services plans",
            "amazon web services",
            ["amazon", "web services", "web services plans"],
        ),
        ("Tuned PL/SQL code", "pl/sql", ["pl", "sql"]),
        ("Fitted scikit-learn trees", "scikit-learn", ["scikit", "learn"]),
    ],
)
def test_a_known_skill_is_kept_whole(read, content, skill, parts):
    found = read(content, "built", "ran", "sold", "tuned", "fitted")
    assert skill in found
    assert not set(parts) & set(found)


@pytest.mark.parametrize(
    "content",
    ["R, Python and SQL", "wrote R packages", "in R/SAS", "SQL & R", "scripts in R", "using R"],
)
def test_r_stands_for_itself(read, content):
    assert "r" in read(content, "wrote")


@pytest.mark.parametrize(
    "content",
    [
        "R&D budgets",
        "class R license",
        "plan R",
        "B, D and X",
        "r and the rest",
        "A/R",
        "from C to A",
    ],
)
def test_other_letters_do_not(read, content):
    assert [each for each in read(content) if len(each) == 1] == []


def test_c_and_c_plus_plus_are_two(read):
    assert {"c", "c++"} <= set(read("Programmed in C/C++ on Linux"))


def test_short_words_with_a_slash_are_one(read):
    found = read("Set up TCP/IP networks", "set")
    assert {"tcp/ip", "tcp/ip networks"} <= set(found)
    assert "tcp" not in found


@pytest.mark.parametrize(
    "content",
    ["http://github.com/nobody", "Daily, in January 2012", "responsible for 12 teams in Texas",
     "nobody's", "quickly and safely", "etc."],
)  # fmt: skip
def test_boilerplate_is_no_phrase(read, content):
    assert read(content) == []


def test_what_is_done_to_something_is_no_part_of_it(read):
    found = read("by welding steel tanks", "welded")
    assert "steel tanks" in found
    assert not any("welding" in each for each in found)
    assert "arc welding" in read("arc welding of tanks", "welded")
    assert "welding" in read("welding, grinding", "welded")


def test_the_punctuation_before_a_word_counts_as_the_start_of_a_run(read):
    assert "testing kettles" not in read("laptops, testing kettles", "tested")


def test_openers_are_words_that_mostly_begin_a_line_or_bullet():
    texts = ["Weeded beds", "Weeded paths. Pruned roses", "• Weeded • Pruned vines • Pruned hedges",
             "Prune beds of roses where beds of vines grow"]  # fmt: skip
    assert openers(texts) == {"weeded", "pruned"}


def test_a_capital_makes_a_name_but_not_at_the_start_of_a_sentence():
    taxonomy = skill_taxonomy.load()
    found = {
        each.wording: (each.is_name, each.is_where)
        for each in phrases("Quorn at Acme. Sold gadgets", taxonomy, frozenset())
    }
    assert found["quorn"] == (None, False)
    assert found["acme"] == (True, True)
    assert found["gadgets"] == (False, False)


@pytest.mark.parametrize(
    "content", ["", " \n", "!!!", "\0", "İİ İstanbul", "ﬁre ﬁghting", "🙂 soups"]
)
def test_odd_texts_are_read(read, content):
    assert all(each == each.strip() != "" for each in read(content))
