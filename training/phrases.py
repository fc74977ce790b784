"""Text → the phrases that may be skills.

A phrase is a run of one to four words between stop words, punctuation and words that say what was
done or how much ("managed", "daily"). A known skill is kept whole whatever it is made of: it is
read before runs are, and no run ends in the middle of it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from shared import text
from training.skill_taxonomy import LONGEST, SkillTaxonomy

OPENERS_AT_LEAST = 3
OPENERS_SHARE = 0.3
PARTED_LETTERS = 3
"""Words so short that a slash between them joins more often than it parts."""

_STRONG = re.compile(r"[,;:()\[\]{}!?\"“”|•●▪■·*\n]|\.$|\s[-–—]+\s")
_SOFT = re.compile(r"[/&–—@]")
_FILLERS = frozenset(
    """ability able accurate achieve achieved achieving across add added adding additional alabama
    alaska almost along always analyze analyzed analyzing annual annually another appropriate
    approximately april area areas arizona arkansas around ascertain ascertained assist assistance
    assisted assisting august average back based basis best better big billion bring brought build
    building built california came carolina certification certifications certified client clients
    co collaborate collaborated collaborating colorado come common communicate communicated
    communicating companies company complete completed completing complex concerning conduct
    conducted conducting configure configured connecticut coordinate coordinated coordinating corp
    corporation could create created creates creating critical current currently daily dakota day
    days december decrease decreased define defined defining delaware deliver delivered delivering
    description design designed designing designs desired determine determined determining develop
    developed developing develops different dozen during duties e.g early effective effectively
    efficient efficiently eight either else end ensure ensured ensures ensuring entire environment
    environments establish established establishing even every excellent execute executed
    executing existing experience experienced expert expertise extensive external facilitate
    facilitated facilitating familiar familiarity faulty february fifty firm first five florida
    follow followed following forty four friday full gather gathered gathering gave general
    generate generated generating get give given go goal goals good got great group groups handle
    handled handling hands hawaii help helped helping high hour hours hundred i.e idaho identified
    identify identifying illinois implement implemented implementing implements important improve
    improved improvement improving inc includ include included includes including increase
    increased increasing india indiana install installed installing intended interact interacted
    interacting internal inventory's involved iowa january job jobs july june junior kansas keep
    keeping kentucky kept key knowledge large last late lead leading least led level levels like
    limited llc local louisiana low ltd made main maine maintain maintained maintaining maintains
    major make making manage managed manages managing many march maryland massachusetts may meet
    meeting meetings meets member member's members met michigan might million minnesota minute
    minutes mississippi missouri monday monitor monitored monitoring monitors montana month
    monthly months much multiple must name names near nearly nebraska necessary need needed needs
    neither nevada never new next nine november number numbers numerous obtain obtained obtaining
    october often ohio oklahoma old one onto order oregon organization organizations others out
    over overall oversaw oversee overseeing own part participate participated participating
    particular parts pennsylvania people per percent perform performed performing performs person
    plus prepare prepared prepares preparing present primary proficiency proficient project
    projects proper properly provide provided provides pvt quarterly ran range receive received
    receiving reduce reduced reducing regarding related required resolve resolved resolving
    responsibilities responsibility responsible result results review reviewed reviewing reviews
    role roles roughly run running saturday save saved saving second senior september serve served
    serving set sets seven several shall show showed shown similar since six sixty skill skills
    small solid specific specified staff stay stayed staying still strong successful successfully
    such summary sunday supervise supervised supervising support supported supporting supports
    take taken task tasks team teams ten tennessee texas thing things third thirty thousand three
    throughout thursday time timely took toward towards train trained tuesday twelve twenty two
    type types under understanding until up update updated updating upon usa use used uses using
    utah utilize utilized utilizing various vermont via virginia way wednesday week weekly weeks
    well went whether whole wide wisconsin within without work worked working works world write
    writing written wrote wyoming year yearly years yet zero""".split()
)
"""Words of resumes, amounts, times, places and what anybody does: no part of a skill's name."""
_TIGHT = ("/", "&", "-", " & ")
_NO_ADVERBS = frozenset("family assembly supply anomaly reply monopoly poly".split())
_PARTING = frozenset("and or".split())
_BEFORE_LETTERS = frozenset("and or in with using of".split())
_ABOUT_LETTERS = frozenset(map(text.stem, "programming language code script package".split()))


@dataclass(frozen=True)
class Token:
    """A word, what stands between it and the word before it, and whether it begins in capitals."""

    word: str
    glue: str
    capital: bool


@dataclass(frozen=True)
class Phrase:
    """A phrase as the stems of its words, as it is worded, and whether it is written as a name.

    `is_name` is None at the start of a sentence, where every word has a capital. `is_where` says
    that "at" stands before it, as before employers and places.
    """

    stems: str
    wording: str
    is_name: bool | None
    is_where: bool


def openers(texts: Iterable[str]) -> frozenset[str]:
    """The words that mostly begin a line: what people did, rather than what they know."""
    first: Counter[str] = Counter()
    anywhere: Counter[str] = Counter()
    for content in texts:
        for sentence in _sentences(content):
            anywhere.update(token.word for token in sentence)
            first[sentence[0].word] += 1
    return frozenset(
        word
        for word, n in first.items()
        if n >= OPENERS_AT_LEAST and n / anywhere[word] > OPENERS_SHARE
    )


def phrases(content: str, taxonomy: SkillTaxonomy, openers: frozenset[str]) -> Iterator[Phrase]:
    """The phrases of a text, in its order; the same one as often as it stands there."""
    for sentence in _sentences(content):
        units = _units(sentence, taxonomy)
        for start, end in units:
            yield _phrase(sentence, start, end)
        for first, last in _runs(sentence, taxonomy, openers):
            for start in range(first, last):
                for end in range(start + 1, min(start + LONGEST, last) + 1):
                    if (start, end) in units or _cuts(start, end, units):
                        continue
                    if end > start + 1 or _is_word(sentence, start, first, last, taxonomy):
                        yield _phrase(sentence, start, end)


def _sentences(content: str) -> Iterator[list[Token]]:
    """The words of each stretch between two ends of sentences, bullets or lines; none is empty."""
    sentence: list[Token] = []
    for token in _tokens(content):
        if _ends(token.glue) and sentence:
            yield sentence
            sentence = []
        sentence.append(token)
    if sentence:
        yield sentence


def _tokens(content: str) -> Iterator[Token]:
    for line in content.splitlines():
        left = "\n"
        for chunk in line.split():
            tokens, left = _parts(chunk, left)
            yield from tokens


@lru_cache(maxsize=200_000)
def _parts(chunk: str, left: str) -> tuple[tuple[Token, ...], str]:
    """The words of a piece of text without white space, and what stands after the last one.

    `left` is what stands before the piece, after the last word before it.
    """
    written = unicodedata.normalize("NFKC", chunk)
    lower = text.normalize(written)
    capitals = written if len(written) == len(lower) else lower
    tokens = []
    end = 0
    for word in text.words(lower):
        start = lower.find(word, end)
        if start < 0:
            break
        tokens.append(Token(word, left + lower[end:start], capitals[start].isupper()))
        end = start + len(word)
        left = ""
    return tuple(tokens), f"{left}{lower[end:]} "


@lru_cache(maxsize=50_000)
def _ends(glue: str) -> bool:
    return "\n" in glue or any(mark in glue for mark in "•●▪■!?") or ". " in glue


def _units(sentence: list[Token], taxonomy: SkillTaxonomy) -> list[tuple[int, int]]:
    """Where known skills of several words stand, as many words as can be at a time."""
    stems = [text.stem(token.word) for token in sentence]
    found = []
    start = 0
    while start < len(stems):
        for end in range(min(start + LONGEST, len(stems)), start + 1, -1):
            form = " ".join(stems[start:end])
            if form in taxonomy.meanings and not any(
                _STRONG.search(token.glue) for token in sentence[start + 1 : end]
            ):
                found.append((start, end))
                start = end - 1
                break
        start += 1
    return found + [
        (i - 1, i + 1)
        for i in range(1, len(sentence))
        if _is_one(*sentence[i - 1 : i + 1], taxonomy)
    ]


def _is_one(before: Token, token: Token, taxonomy: SkillTaxonomy) -> bool:
    """Whether two short words and a slash are one thing, as in "TCP/IP" and not in "C/C++"."""
    words = (before.word, token.word)
    return (
        token.glue == "/"
        and max(map(len, words)) <= PARTED_LETTERS
        and not any(word in text.STOP_WORDS or word[0].isdigit() for word in words)
        and not all(text.stem(word) in taxonomy.meanings for word in words)
    )


def _runs(
    sentence: list[Token], taxonomy: SkillTaxonomy, openers: frozenset[str]
) -> Iterator[tuple[int, int]]:
    start = 0
    for i, token in enumerate(sentence):
        if i > start and _is_parted(sentence[i - 1], token, taxonomy):
            yield start, i
            start = i
        begins = i == start
        if _is_break(token.word, openers) or (begins and _is_doing(sentence, i, taxonomy, openers)):
            if not begins:
                yield start, i
            start = i + 1
    if start < len(sentence):
        yield start, len(sentence)


def _is_parted(before: Token, token: Token, taxonomy: SkillTaxonomy) -> bool:
    """Whether punctuation parts two words."""
    if _is_one(before, token, taxonomy):
        return False
    return bool(_STRONG.search(token.glue) or _SOFT.search(token.glue))


def _is_break(word: str, openers: frozenset[str]) -> bool:
    return (
        word in text.STOP_WORDS
        or word in openers
        or word in _FILLERS
        or word[0].isdigit()
        or word.endswith(("'s", "’s"))
        or (len(word) > 4 and word.endswith("ly") and word not in _NO_ADVERBS)
    )


def _is_doing(
    sentence: list[Token], place: int, taxonomy: SkillTaxonomy, openers: frozenset[str]
) -> bool:
    """Whether a word in -ing, first in its run, is what somebody does to the word after it.

    "Testing software" is; in "unit testing" and "testing, billing" it is the name of work.
    """
    word = sentence[place].word
    if not (len(word) > 5 and word.endswith("ing")):
        return False
    if f"{word[:-3]}ed" not in openers and text.stem(word) not in taxonomy.verbs:
        return False
    after = sentence[place + 1] if place + 1 < len(sentence) else None
    return bool(after and after.glue == " " and after.word not in _PARTING)


def _cuts(start: int, end: int, units: list[tuple[int, int]]) -> bool:
    """Whether a run ends in the middle of a known skill."""
    return any(
        start < last and first < end and not (start <= first and last <= end)
        for first, last in units
    )


def _is_word(
    sentence: list[Token], place: int, first: int, last: int, taxonomy: SkillTaxonomy
) -> bool:
    """Whether a word may stand alone; a letter as R in "R, Python" and "in R".

    It may not in "R&D", "class R", "from B to C".
    """
    token = sentence[place]
    if len(token.word) > 1:
        return True
    if token.word not in "rc" or not token.capital or place > first:
        return False
    after = sentence[place + 1] if place + 1 < len(sentence) else None
    if place + 1 < last:
        return text.stem(sentence[place + 1].word) in _ABOUT_LETTERS
    if place and token.glue == " " and sentence[place - 1].word not in _BEFORE_LETTERS:
        return False
    tight = [(sentence[place - 1], token.glue)] if place else []
    tight += [(after, after.glue)] if after else []
    return all(
        text.stem(neighbour.word) in taxonomy.meanings
        for neighbour, glue in tight
        if glue in _TIGHT
    )


def _phrase(sentence: list[Token], start: int, end: int) -> Phrase:
    tokens = sentence[start:end]
    wording = tokens[0].word + "".join(
        (token.glue if token.glue in ("/", "-", "&") else " ") + token.word for token in tokens[1:]
    )
    capital = all(token.capital for token in tokens if token.word not in text.STOP_WORDS)
    is_name = None if start == 0 and capital else capital
    stems = " ".join(text.stem(token.word) for token in tokens)
    return Phrase(stems, wording, is_name, start > 0 and sentence[start - 1].word == "at")
