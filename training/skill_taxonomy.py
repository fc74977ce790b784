"""The skills that ESCO and O*NET name, found by the words people use for them.

A form is a name as it may stand in a text, as the stems of its words. A skill has several: its
name; without the maker, without what stands in brackets, or as the abbreviation at its end
("Structured query language SQL"); and its other names. Of what begins with a verb, "perform risk
analysis", the form is what the verb is about: "risk analysis". Where skills meet in a form, a name
comes before a shorter one, and that before another name; and what many makers have comes before a
product of one.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from shared import text
from shared.top_skills import KnownSkill
from training import wheel

LONGEST = 4
"""Words of the longest form, and of any phrase that may be a skill."""
MAKER_NAMES = 3
"""A first word of so many technologies is a maker: "Adobe", "Microsoft"."""
VERB_NAMES = 3
"""A first word of so many skills is a verb: "manage", "perform"."""
HEAD_FORMS = 3
"""A last word of so many forms is what skills are called by: "analysis", "software"."""
ORDINARY_TIMES = 3
"""A word that prose has in lower case so often may not mean the technology of that name."""
AMBIGUOUS_LETTERS = 4
"""So short a word may be another one, whatever prose has."""
SHORT_LETTERS = 3
SHORT_NAMES = 2
"""An abbreviation of so few letters means much; it has to stand in so many names."""
LEAST_LETTERS = 3
"""What is left of a technology's name means anything where it has fewer: "Allscripts PM"."""

_BRACKETS = re.compile(r"\s*\(([^()]*)\)")
_GENERIC_END = re.compile(r"\s+(?:software|framework|orm|crm|programming language)$", re.IGNORECASE)
_ABBREVIATION = re.compile(r"^(.*\S)\s+([A-Z][A-Z0-9/+#]{1,6})$")
_LOWER_CASE = re.compile(r"(?<![\w.-])[a-z]+(?![\w-])")
_ROMAN = re.compile(r"[IVX]+")
_CAPITALS = re.compile(r"(?<!\w)[A-Z]{2,3}(?!\w)")
_SINGLE_LETTERS = frozenset("rc")
_TECHNOLOGY, _KNOWLEDGE, _SKILL = "technology", "knowledge", "skill"
_ESCO, _ONET = "ESCO", "O*NET"
_KINDS = {_TECHNOLOGY: 0, _KNOWLEDGE: 1, _SKILL: 2}
_NAME, _SHORT, _OTHER = range(3)


@dataclass(frozen=True)
class Meaning:
    """What a form stands for; `words` is how the skill itself words it, in lower case.

    An ambiguous form is an ordinary word, too, or short, or a product's name of ordinary words: it
    means the skill only where it is written as a name, with capitals. `ordinary` has the single
    words alone, and leaves out those that are just short.
    """

    skill: KnownSkill
    words: tuple[str, ...]
    ambiguous: bool
    ordinary: bool


@dataclass(frozen=True)
class SkillTaxonomy:
    """`meanings` by form; `technologies` are O*NET's, with their forms that are no ordinary words.

    `verbs` are the stems that skills begin with ("manage"), `heads` those that they end with:
    a phrase that ends with another word is seldom one.
    """

    meanings: dict[str, Meaning]
    technologies: dict[str, frozenset[str]]
    verbs: frozenset[str]
    heads: frozenset[str]


@dataclass(frozen=True)
class Entry:
    """A skill of the taxonomies with its other names."""

    skill: KnownSkill
    others: tuple[str, ...] = ()


@cache
def load() -> SkillTaxonomy:
    """The taxonomy of the wheel. Raises `DataError` where that cannot be had."""
    skills = list(wheel.rows("faiss_skills.csv"))
    knowledge = list(wheel.rows("knowledge_taxonomy.csv"))
    prose = (row["description"] for row in (*skills, *knowledge) if row["taxonomy"] != "ONET_TECH")
    return build([*_skills(skills), *_knowledge(knowledge)], prose)


def _skills(rows: Iterable[dict[str, str]]) -> Iterator[Entry]:
    for row in rows:
        name = row["skill_name"]
        if row["taxonomy"] == "ONET_TECH":
            yield Entry(KnownSkill(name, _ONET, _TECHNOLOGY, None))
        elif row["taxonomy"] == "ONET_SKILL":
            yield Entry(KnownSkill(name, _ONET, _SKILL, None))
        elif row["taxonomy"] == "ESCO":
            # Commas part the other names, and stand in those of a name that has one itself.
            listed = "" if "," in name else row["aliases"]
            others = tuple(each.strip() for each in listed.split(",") if each.strip())
            yield Entry(KnownSkill(name, _ESCO, _SKILL, row["original_id"] or None), others)


def _knowledge(rows: Iterable[dict[str, str]]) -> Iterator[Entry]:
    taxonomies = {"esco_knowledge": _ESCO, "onet_knowledge": _ONET}
    for row in rows:
        if row["taxonomy"] in taxonomies:
            yield Entry(KnownSkill(row["name"], taxonomies[row["taxonomy"]], _KNOWLEDGE, None))


@dataclass(frozen=True)
class _Words:
    """What the taxonomies' own words tell: ordinary ones, abbreviations, makers, verbs."""

    ordinary: frozenset[str]
    abbreviations: Counter[str]
    makers: frozenset[str]
    verbs: frozenset[str]


def build(entries: list[Entry], prose: Iterable[str]) -> SkillTaxonomy:
    """The taxonomy of some entries; `prose` tells which words are ordinary ones."""
    about = _about_words(entries, prose)
    found: dict[str, tuple[tuple[int, int, bool, bool, str], Meaning]] = {}
    technologies: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        skill = entry.skill
        for precedence, words in _forms(entry, about):
            form = " ".join(map(text.stem, words))
            single = len(words) == 1
            if skill.kind == _TECHNOLOGY:
                if not (single and form in about.ordinary):
                    technologies[skill.name].add(form)
                precedence = _NAME if single else precedence
            product = skill.kind == _TECHNOLOGY and not _is_of_a_kind(skill.name)
            order = (precedence, _KINDS[skill.kind], product, form != " ".join(words), skill.name)
            if form not in found or order < found[form][0]:
                proper = single and _is_proper(skill)
                in_prose = about.ordinary.issuperset(form.split())
                short = proper and len(words[0]) <= AMBIGUOUS_LETTERS
                ambiguous = short or (in_prose and (proper or (product and not single)))
                found[form] = (order, Meaning(skill, words, ambiguous, proper and in_prose))
    meanings = {form: meaning for form, (_, meaning) in sorted(found.items())}
    ends = Counter(form.rpartition(" ")[2] for form in meanings)
    return SkillTaxonomy(
        meanings,
        {name: frozenset(each) for name, each in technologies.items()},
        about.verbs,
        frozenset(stem for stem, n in ends.items() if n >= HEAD_FORMS),
    )


def _about_words(entries: list[Entry], prose: Iterable[str]) -> _Words:
    ordinary: Counter[str] = Counter()
    for each in prose:
        ordinary.update(_LOWER_CASE.findall(each))
    skills = [entry.skill for entry in entries]
    makers = Counter(each.name.partition(" ")[0] for each in skills if each.kind == _TECHNOLOGY)
    verbs = Counter(
        each.name.partition(" ")[0]
        for each in skills
        if each.kind == _SKILL and each.taxonomy == _ESCO
    )
    return _Words(
        frozenset(text.stem(word) for word, n in ordinary.items() if n >= ORDINARY_TIMES),
        Counter(short for each in skills for short in set(_CAPITALS.findall(each.name))),
        frozenset(each for each, n in makers.items() if n >= MAKER_NAMES and each[0].isupper()),
        frozenset(text.stem(each) for each, n in verbs.items() if n >= VERB_NAMES),
    )


def _is_proper(skill: KnownSkill) -> bool:
    """Whether a skill has a name of its own; O*NET begins all of its names in upper case."""
    return skill.kind == _TECHNOLOGY or (skill.taxonomy == _ESCO and skill.name[0].isupper())


def _is_of_a_kind(name: str) -> bool:
    """Whether a technology is what many makers have: "Point of sale POS software"."""
    rest = [word for word in name.split()[1:] if not word.isupper()]
    return bool(rest) and all(word[0].islower() for word in rest)


def _forms(entry: Entry, about: _Words) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The forms of a skill as words, each with its precedence."""
    skill = entry.skill
    written = [(_NAME, skill.name), (_SHORT, _BRACKETS.sub("", skill.name))]
    if skill.kind == _TECHNOLOGY:
        shorter = _short(skill.name, about)
        written += [(_SHORT, short) for short in shorter if len(short) >= LEAST_LETTERS]
    written += [(_OTHER, other) for other in entry.others]
    for precedence, each in written:
        words = tuple(text.words(each))
        if skill.kind == _SKILL and skill.taxonomy == _ESCO:
            words = _without_verb(words, about)
        if 1 <= len(words) <= LONGEST and _says_enough(words, precedence, skill, about):
            yield precedence, words


def _without_verb(words: tuple[str, ...], about: _Words) -> tuple[str, ...]:
    """What a verb is about, where that is two words or more; empty where it is less."""
    if not words or text.stem(words[0]) not in about.verbs:
        return words
    return words[1:] if len(words) > 2 else ()


def _short(name: str, about: _Words) -> Iterator[str]:
    """Shorter names of a technology."""
    yield from (each for each in _BRACKETS.findall(name) if _is_telling(each, about))
    bare = _GENERIC_END.sub("", _BRACKETS.sub("", name))
    whole = [bare] if all(word[0].isupper() for word in bare.split()) else []
    abbreviated = _ABBREVIATION.match(bare)
    if abbreviated and _abbreviates(abbreviated[2], abbreviated[1]):
        whole.append(abbreviated[1])
        if _is_telling(abbreviated[2], about):
            yield abbreviated[2]
    for each in whole:
        yield each
        maker, _, product = each.partition(" ")
        if maker in about.makers and product[:1].isupper():
            yield product
            if maker == "Microsoft":
                yield f"MS {product}"


def _is_telling(short: str, about: _Words) -> bool:
    if not short.isupper() or _ROMAN.fullmatch(short):
        return False
    return len(short) > SHORT_LETTERS or about.abbreviations[short] >= SHORT_NAMES


def _abbreviates(short: str, name: str) -> bool:
    """Whether the letters stand in the name in this order."""
    letters = iter(name.lower())
    return all(letter in letters for letter in re.sub(r"\W", "", short.lower()))


def _says_enough(words: tuple[str, ...], precedence: int, skill: KnownSkill, about: _Words) -> bool:
    """No form begins or ends with a stop word; single words are easily something else."""
    if words[0] in text.STOP_WORDS or words[-1] in text.STOP_WORDS:
        return False
    if len(words) > 1:
        return True
    if len(words[0]) == 1:
        return words[0] in _SINGLE_LETTERS and precedence == _NAME
    if _ROMAN.fullmatch(words[0].upper()):
        return False
    generic = (precedence == _SHORT and skill.name.lower().endswith(" software")) or (
        skill.kind == _KNOWLEDGE and skill.taxonomy == _ONET
    )
    return text.stem(words[0]) not in about.ordinary or not (precedence == _OTHER or generic)
