import pytest

from shared.skill_gap import NEAR, Evidence


def shows(experience, *names, ordinary=()):
    return Evidence([experience], ordinary).shows(names)


@pytest.mark.parametrize(
    ("experience", "name", "by"),
    [
        ("Wrote Python daily", "python", "python"),
        ("Balanced the general ledger", "general ledgers", "general ledger"),
        ("Classified customers with models", "classification model", None),
        ("models for classification of customers", "classification model", "models classification"),
        ("modelled a new customer classification", "classification model",
         "modelled new customer classification"),
        ("modelled a new, better customer segment classification", "classification model", None),
        ("Built models\nDid classification", "classification model", None),
        ("Built models\nDid classification with models", "classification model",
         "classification models"),
        ("kept the bill of materials", "bill of materials", "bill materials"),
        ("excelled in spreadsheets", "excel", None),
        ("dashboard", "dashboards", "dashboard"),
        ("C++ and C#", "c++", "c++"),
        ("C++ and C#", "c", None),
        ("Led R&D", "r", None),
        ("Led R&D in R", "r", "r"),
        ("C&C++", "c", "c"),
        ("Owned the P&L statements", "p&l statement", "p l statements"),
        ("", "python", None),
        ("python", "", None),
        ("python", "of the", None),
    ],
)  # fmt: skip
def test_a_skill_is_shown_by_its_words(experience, name, by):
    assert shows(experience, name) == by


def test_so_many_words_may_stand_between_and_no_more():
    between = [f"w{i}" for i in range(NEAR + 1)]
    assert shows(" ".join(["risk", *between[1:], "analysis"]), "risk analysis")
    assert shows(" ".join(["risk", *between, "analysis"]), "risk analysis") is None


def test_any_of_its_names_shows_a_skill():
    assert shows("Amazon Web Services", "aws", "amazon web services") == "amazon web services"
    assert shows("aws", "aws", "amazon web services") == "aws"
    assert shows("azure", "aws", "amazon web services") is None


@pytest.mark.parametrize(
    ("experience", "by"),
    [
        ("Wrote services in Go and Rust", "go"),
        ("Python, go, rust", "go"),
        ("Helped teams to go to market", None),
        ("wrote services in go and rust", "go"),
        ("Wrote services in gO and Rust", "go"),
    ],
)
def test_an_ordinary_word_has_to_be_written_as_a_name(experience, by):
    assert shows(experience, "go", ordinary=["go"]) == by


def test_an_experience_without_words_has_nothing_to_go_by():
    assert not Evidence(["?!", " \n", "of the"], ()).has_words
    assert Evidence(["", "cooked"], ()).has_words
