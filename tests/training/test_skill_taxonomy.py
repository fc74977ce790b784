import pytest

from shared import text
from shared.top_skills import KINDS, KnownSkill
from training import skill_taxonomy
from training.skill_taxonomy import Entry, build


@pytest.fixture(scope="module")
def taxonomy():
    """That of the wheel."""
    return skill_taxonomy.load()


def form(words):
    return " ".join(text.stem(word) for word in text.words(words))


def skill(taxonomy, words):
    meaning = taxonomy.meanings.get(form(words))
    return meaning and meaning.skill


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Python", "Python"),
        ("R", "R"),
        ("c", "C"),
        ("C++", "C++"),
        ("node.js", "Node.js"),
        ("excel", "Microsoft Excel"),
        ("ms excel", "Microsoft Excel"),
        ("Microsoft Excel", "Microsoft Excel"),
        ("AWS", "Amazon Web Services AWS software"),
        ("amazon web services", "Amazon Web Services AWS software"),
        ("hibernate", "Hibernate ORM"),
        ("photoshop", "Adobe Photoshop"),
        ("html", "Hypertext markup language HTML"),
    ],
)
def test_technologies_are_known_by_what_people_call_them(taxonomy, written, name):
    assert skill(taxonomy, written) == KnownSkill(name, "O*NET", "technology", None)


def test_knowledge_and_skills_are_known_by_their_names(taxonomy):
    assert skill(taxonomy, "machine learning").kind == "knowledge"
    analysis = skill(taxonomy, "Risk  analysis")
    assert (analysis.name, analysis.taxonomy, analysis.kind) == (
        "perform risk analysis", "ESCO", "skill",
    )  # fmt: skip
    assert analysis.id.startswith("http://data.europa.eu/esco/skill/")


def test_every_skill_is_of_a_kind_that_there_is(taxonomy):
    found = {(each.skill.kind, each.skill.taxonomy) for each in taxonomy.meanings.values()}
    assert found == set(KINDS)


def test_forms_are_of_one_to_four_words_between_no_stop_words(taxonomy):
    for each, meaning in taxonomy.meanings.items():
        assert 1 <= len(meaning.words) <= 4
        assert each == " ".join(map(text.stem, meaning.words))
        assert not {meaning.words[0], meaning.words[-1]} & text.STOP_WORDS


@pytest.mark.parametrize("word", ["word", "access", "project", "outlook", "go", "spring"])
def test_ordinary_words_are_ambiguous(taxonomy, word):
    assert taxonomy.meanings[form(word)].ambiguous
    assert form(word) not in {each for forms in taxonomy.technologies.values() for each in forms}


def test_short_words_are_ambiguous(taxonomy):
    assert taxonomy.meanings["sas"].ambiguous
    assert not taxonomy.meanings["python"].ambiguous


@pytest.mark.parametrize("word", ["python", "hadoop", "tableau", "c++"])
def test_other_names_of_technologies_are_not(taxonomy, word):
    known = {each for forms in taxonomy.technologies.values() for each in forms}
    assert form(word) in known


@pytest.mark.parametrize("words", ["b", "the", "ii", "create", "nose", "software"])
def test_what_says_too_little_is_no_form(taxonomy, words):
    assert skill(taxonomy, words) is None


# By hand


def technology(name):
    return Entry(KnownSkill(name, "O*NET", "technology", None))


def esco(name, *others):
    return Entry(KnownSkill(name, "ESCO", "skill", f"http://x/{name}"), others)


def test_a_maker_is_left_out_only_where_it_made_several_things():
    makes = [technology(f"Acme {each}") for each in ("Anvil", "Rocket", "Magnet")]
    taxonomy = build([*makes, technology("Lone Wolf")], [])
    assert skill(taxonomy, "anvil").name == "Acme Anvil"
    assert skill(taxonomy, "wolf") is None


def test_a_verb_is_left_out_where_two_words_remain():
    others = [esco(f"polish {each} plates") for each in ("tin", "iron", "zinc")]
    taxonomy = build([*others, esco("polish glass")], [])
    assert skill(taxonomy, "tin plates").name == "polish tin plates"
    assert skill(taxonomy, "polish tin plates") is None
    assert skill(taxonomy, "glass") is None
    assert form("polish") in taxonomy.verbs


def test_a_name_comes_before_another_name():
    taxonomy = build([esco("glassblowing by mouth", "lamp work"), esco("lamp work")], [])
    assert skill(taxonomy, "lamp work").name == "lamp work"


def test_prose_tells_which_names_are_ordinary_words():
    entries = [technology("Pebble"), technology("Gobbledy")]
    taxonomy = build(entries, ["a pebble on a pebble on a pebble", "Gobbledy is Gobbledy"])
    assert taxonomy.meanings[form("pebble")].ambiguous
    assert not taxonomy.meanings[form("gobbledy")].ambiguous
    assert taxonomy.technologies == {"Gobbledy": frozenset({form("gobbledy")})}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("LMS", "Learning management system LMS"),
        ("EHR", "Electronic health record EHR software"),
        ("SAS", "Digital analysis tests and statistics DATAS for SAS"),
    ],
)
def test_an_abbreviation_is_of_what_many_makers_have(taxonomy, written, name):
    assert skill(taxonomy, written).name == name


@pytest.mark.parametrize("letters", ["PM", "CT", "AR", "IQ", "VP"])
def test_two_letters_are_nobodys_product(taxonomy, letters):
    assert skill(taxonomy, letters) is None


def test_products_named_by_ordinary_words_are_ambiguous(taxonomy):
    product, kind = taxonomy.meanings[form("front desk")], taxonomy.meanings[form("shell script")]
    assert (product.ambiguous, product.ordinary) == (True, False)
    assert not kind.ambiguous
