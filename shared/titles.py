"""Raw job title → the name it is known by and its seniority; and finding titles by such names.

Training labels its data with `parse`, serving finds what a caller asks for with `TitleIndex`, so
that both mean the same by a title.
"""

import difflib
import re
from dataclasses import dataclass, field

from shared.text import normalize

_BRACKETS = re.compile(r"[(\[{][^()\[\]{}]{0,200}[)\]}]?")
_SEPARATOR = re.compile(r"\s+[-–—|@:]+\s+|\s*[|;:@]\s*|[\r\n]+")
_WORD = re.compile(r"\.net\b|[^\W_](?:[^\W_]|[.'’](?=[^\W_]))*(?:\+\+|\#)?|/")

_RANK_LEVEL = re.compile(r"\b(entry|junior|mid|senior)[ -]?level\b")
_AGENTS = re.compile(r"(?:ers|ors|men|ists|ants|ians|nurses|clerks|aides|tresses|hosts)( of .*)?$")

_ABBREVIATIONS = {
    "acct": "account", "adm": "administrator", "admin": "administrator",
    "administration": "administrator", "asst": "assistant", "assoc": "associate",
    "bi": "business intelligence", "cna": "nursing assistant", "coord": "coordinator",
    "cust": "customer", "dba": "database administrator", "dev": "developer",
    "devops": "devops", "dir": "director", "eng": "engineer", "engg": "engineer",
    "engr": "engineer", "exec": "executive", "frontend": "front end", "fullstack": "full stack",
    "backend": "back end", "gm": "general manager", "hr": "human resources",
    "jr": "junior", "mfg": "manufacturing", "mgmt": "management", "mgr": "manager",
    "mktg": "marketing", "ops": "operations", "pm": "project manager", "prog": "programmer",
    "qa": "quality assurance", "rep": "representative", "reps": "representative",
    "rn": "registered nurse", "sales force": "salesforce", "sde": "software engineer",
    "spec": "specialist", "sr": "senior", "supv": "supervisor", "svc": "service",
    "swe": "software engineer", "sysadmin": "systems administrator", "system": "systems",
    "tech": "technical", "ui": "ux", "vp": "vice president",
    "programme": "program", "centre": "center", "labour": "labor",
}  # fmt: skip
"""Word → what it stands for in job titles. "tech" at the end is a technician: see `_spell`."""

_ENGINEERS = {"developer", "programmer"}
"""At the end of a title these mean the same work as "engineer" does."""

_SENIORITY = {
    "intern": "intern", "trainee": "trainee", "apprentice": "trainee", "junior": "junior",
    "graduate": "junior", "mid": "mid",
    "senior": "senior", "experienced": "senior", "lead": "lead", "principal": "principal",
    "chief": "chief", "head": "head",
}  # fmt: skip
_ONLY_BEFORE = {"principal", "chief", "head", "graduate", "intern", "trainee", "apprentice"}
"""These are a rank before another word only: a school principal or an intern is none."""
_NEVER_A_RANK = {
    "chief executive",
    "head chef",
    "chief of",
    "head of",
    "head teacher",
    "lead generation",
}
_LEVELS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
_NOISE = {
    "contract", "contractor", "remote", "temp", "temporary", "seasonal", "freelance", "freelancer",
    "fulltime", "parttime", "permanent", "hourly", "onsite", "hybrid", "consultancy", "w2",
}  # fmt: skip
_CREDENTIALS = {
    "acls", "bls", "bsn", "cpa", "esq", "jd", "lpn", "mba", "md", "msn", "pe", "phd", "pmp", "rn",
}  # fmt: skip
"""After a comma these say what somebody has passed, not what they manage or design."""
_SMALL = {"of", "and", "the", "for", "in", "to", "a", "an", "on", "at", "with"}
_KEEPS_ITS_S = {
    "sales", "operations", "systems", "resources", "business", "applications", "aerospace", "ios",
    "devops", "solutions", "communications", "relations", "logistics", "economics", "physics",
    "electronics", "news", "graphics", "analysis", "always", "sas", "aws", "gis", "ss", "rss",
    "css", "dos", "sms", "us", "is", "as", "this", "gas", "bus", "press", "access", "process",
    "telecommunications", "services", "accounts", "claims", "loss", "kubernetes", "analytics",
}  # fmt: skip


@dataclass(frozen=True)
class Title:
    """A job title taken apart: "Sr. Data Scientists II" is "data scientist", "senior", 2."""

    name: str
    seniority: str | None = None
    level: int | None = None


def parse(raw: str) -> Title:
    """Takes a raw title apart. Never raises; the name is "" where no word is left.

    `parse(parse(x).name).name` is `parse(x).name`.
    """
    title = _take_apart(raw)
    # "devs" is "dev" at first; a name has to be found by itself.
    while (again := _take_apart(title.name)).name != title.name:
        title = Title(again.name, title.seniority or again.seniority, title.level or again.level)
    return title


def _take_apart(raw: str) -> Title:
    words = _spelled(_main_part(raw))
    level = next((_LEVELS[word] for word in reversed(words[1:]) if word in _LEVELS), None)
    words = words[:1] + [word for word in words[1:] if word not in _LEVELS]
    seniority = next((_SENIORITY[w] for i, w in enumerate(words) if _is_rank(words, i)), None)
    kept = [word for i, word in enumerate(words) if not _is_rank(words, i)]
    kept = [word for word in kept if word not in _NOISE] or kept or words
    kept = [word for word in kept if word != "/"]
    if len(kept) > 1 and kept[-1] in _ENGINEERS:
        kept[-1] = "engineer"
    return Title(" ".join(_without_repeats(kept)), seniority, level)


def singular(name: str) -> str:
    """An occupation's name as the title of one person, in lower case.

    "Waiters and Waitresses" → "waiter and waitress", "Supervisors of Farm Workers" →
    "supervisor of farm workers".
    """
    parts = re.split(r"(,? and |,? or |, |/)", name.lower())
    except_ = parts.index(next((p for p in parts if p.startswith("except ")), parts[-1]))
    for i in range(0, len(parts), 2):
        if i == 0 or ((i < except_ or except_ == len(parts) - 1) and _AGENTS.search(parts[i])):
            parts[i] = _head_singular(parts[i])
    return "".join(parts)


def _head_singular(part: str) -> str:
    head, of, rest = part.partition(" of ")
    first, space, last = head.rpartition(" ")
    return first + space + _singular_word(last) + of + rest


def _main_part(raw: str) -> str:
    """What is left of a title without brackets and what follows a dash: the trade itself."""
    text = _BRACKETS.sub(" ", normalize(raw))
    text = _RANK_LEVEL.sub(lambda rank: "junior" if rank[1] == "entry" else rank[1], text)
    parts = [part for part in _SEPARATOR.split(text) if _WORD.search(part)]
    text = parts[0] if parts else text
    head, comma, rest = text.partition(",")
    if comma and _WORD.search(head) and _WORD.search(rest):
        # "Manager, Accounting" is an accounting manager; "RN, BSN" stays what it says first.
        named = rest.split(",")[0].strip()
        if named.strip(".") in _CREDENTIALS:
            return head
        inverted = f"{named} {head.strip()}"
        return inverted if _names_a_role(head) and len(named.split()) <= 3 else head
    return text


def _names_a_role(head: str) -> bool:
    last = (_spelled(head) or [""])[-1]
    return last in ("manager", "director", "engineer", "developer", "analyst", "president",
                    "supervisor", "coordinator", "specialist", "teacher", "nurse", "technician",
                    "administrator", "clerk", "associate", "assistant", "representative",
                    "consultant", "designer", "scientist", "inspector", "operator")  # fmt: skip


def _spelled(text: str) -> list[str]:
    """The words of a title, abbreviations written out, in the singular."""
    found = _WORD.findall(re.sub(r"\br&d\b", "research", text).replace("&", " and "))
    found = [word.strip(".'’") if word != ".net" else "net" for word in found]
    words: list[str] = []
    for i, word in enumerate(found):
        if word == "/":
            continue
        last = all(each in _LEVELS or each in _NOISE for each in found[i + 1 :])
        word = "technician" if word in ("tech", "techs") and last and i else word
        words += _ABBREVIATIONS.get(word, word).split()
    return [word if word in _LEVELS else _singular_word(word) for word in words]


def _singular_word(word: str) -> str:
    if "." in word:
        return word
    if word in _KEEPS_ITS_S or len(word) < 4 or not word.endswith("s"):
        return "man" if word == "men" else re.sub(r"(?<=.)men$", "man", word)
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word if word.endswith(("ss", "us", "is")) else word[:-1]


def _is_rank(words: list[str], i: int) -> bool:
    word, rest = words[i], words[i + 1 :]
    if word not in _SENIORITY or len(words) == 1:
        return False
    if rest and f"{word} {rest[0]}" in _NEVER_A_RANK:
        return False
    return bool(rest) or word not in _ONLY_BEFORE


def _plain(raw: str) -> str:
    return " ".join(normalize(raw).split())


def _without_repeats(words: list[str]) -> list[str]:
    return [word for i, word in enumerate(words) if i == 0 or word != words[i - 1]]


@dataclass(frozen=True)
class TitleIndex:
    """The titles a model knows, by every name they go by.

    `titles` is sorted; `names` maps a parsed name to a position in it.
    """

    titles: list[str]
    names: dict[str, int] = field(repr=False)

    @classmethod
    def build(cls, titles: list[str], other_names: dict[str, list[str]]) -> "TitleIndex":
        """An index of `titles`, found by themselves and, where free, by their other names."""
        ordered = sorted(titles)
        names = {parse(title).name: i for i, title in reversed(list(enumerate(ordered)))}
        names.update({_plain(title): i for i, title in enumerate(ordered)})
        for title, others in sorted(other_names.items()):
            for other in others:
                names.setdefault(parse(other).name, ordered.index(title))
        return cls(ordered, names)

    def find(self, raw: str) -> str | None:
        """The title that a raw one means, or None."""
        found = self.names.get(_plain(raw))
        if found is None:
            found = self.names.get(parse(raw).name)
        return None if found is None else self.titles[found]

    def suggest(self, raw: str, most: int) -> list[str]:
        """The titles nearest to one that is not known: spelled alike, or sharing its words."""
        wanted = parse(raw).name
        close = difflib.get_close_matches(wanted, self.names, n=3 * most, cutoff=0.75)
        found = [self.titles[self.names[name]] for name in close]
        found += self._sharing_words(wanted, most)
        return list(dict.fromkeys(found))[:most]

    def complete(self, typed: str) -> list[str]:
        """The titles one may be typing: by their start, by a word's start, by other names."""
        text = _plain(typed)
        if not text:
            return self.titles
        starts = [title for title in self.titles if title.startswith(text)]
        inside = [title for title in self.titles if f" {text}" in title]
        other = sorted(
            (name, self.titles[i])
            for name, i in self.names.items()
            if f" {name}".find(f" {text}") >= 0
        )
        found = list(dict.fromkeys(starts + inside + [title for _, title in other]))
        return found or self.suggest(typed, 10)

    def _sharing_words(self, wanted: str, most: int) -> list[str]:
        words = set(wanted.split()) - _SMALL
        scored = []
        for name, i in self.names.items():
            shared = words & set(name.split())
            if shared:
                scored.append((-sum(map(len, shared)) / (len(name) + len(wanted)), name, i))
        return [self.titles[i] for _, _, i in sorted(scored)[: 3 * most]]
