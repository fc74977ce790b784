"""Raw job title → the name it is known by, its seniority and its level.

Training labels its data with `parse`, and what a caller asks for is found with it: both mean the
same by a title. `docs/titles.md` says what `parse` does and why.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from shared.text import normalize
from shared.title_search import SMALL_WORDS, distance

_SPACES = re.compile(r"\s+")
_BRACKETS = re.compile(r"[(\[{][^()\[\]{}]{0,200}[)\]}]?")
_SEPARATOR = re.compile(
    # From the first of many spaces only: from each of them would take the square of their number.
    r"(?<!\s)\s+[-–—|@:]+\s+|(?:(?<!\s)\s+)?[|;:@]\s*|[\r\n]+"
)
_WORD = re.compile(r"\.net\b|[^\W_](?:[^\W_]|[.'’](?=[^\W_]))*(?:\+\+|\#)?|/")

_RANK_LEVEL = re.compile(r"\b(entry|junior|mid|senior)[ -]?level\b")
_LEVEL = re.compile(r"\b(?:(?:level|tier)[ -]?(?:[1-5]|i{1,3}|iv|v)|l[1-5])\b")
_EMPLOYER = re.compile(r"(?<=\w)[,.]? (?:at (?!risk\b|large\b|home\b|sea\b)|to the )(?=\S)")
_YEARS = re.compile(
    r"\b(?:(?:from|since|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? )?"
    r"(?:19|20)\d\d\b(?: (?:to|till|until) (?:present|date|now|current)\b)?"
)
_ID = re.compile(r"(?:[a-z]{0,3}\d{5,}|\d{4,})$")
_PHRASES = [
    (re.compile(pattern), written)
    for pattern, written in (
        (r"&amp;?", "&"), (r"\b1st (?=grade)", "first "), (r"\b2nd (?=grade)", "second "),
        (r"\b3rd (?=grade)", "third "), (r"\b4th (?=grade)", "fourth "),
        (r"\b5th (?=grade)", "fifth "),
        (r"\bprog(?=\.? (?:mgr|manager|dir|coord|spec|assoc))", "program"),
        (r"\br ?& ?d\b", "research and development"),
        (r"\bdot[ -]?net\b|\b(?:asp|vb|ado) ?\.? ?net\b", ".net"),
        (r"\bc#[ ,/&]{0,3}(?:and )?(?=\.net\b)", ""), (r"\bdev[ -]ops\b", "devops"),
        (r"\bhuman resource\b", "human resources"), (r"\bpost[ -]?doc(?:toral)?\b", "postdoctoral"),
        (r"\bhealth care\b", "healthcare"), (r"\bdata base\b", "database"),
        (r"\bhelpdesk\b", "help desk"), (r"\b(?:part|full)[ -]time\b", " "),
        (r"\bon[ -]site\b", "onsite"), (r"\bacc(?:oun)?t\.? payable\b", "accounts payable"),
        (r"\bacc(?:oun)?t\.? receivable\b", "accounts receivable"),
        (r"\bsdet\b|\bsoftware (?:development |design )?engineer in test\b",
         "software test engineer"),
    )
]  # fmt: skip
_ABBREVIATIONS = {
    "acct": "account", "acctg": "accounting", "adm": "administrator", "admin": "administrator",
    "app": "applications", "apps": "applications",
    "application": "applications", "asst": "assistant", "assoc": "associate",
    "bi": "business intelligence", "cna": "nursing assistant", "coord": "coordinator",
    "cust": "customer", "dba": "database administrator", "dept": "department",
    "dev": "developer", "dir": "director", "eng": "engineer", "engg": "engineer",
    "engr": "engineer", "exec": "executive", "frontend": "front end", "fullstack": "full stack",
    "backend": "back end", "gm": "general manager", "hr": "human resources",
    "hw": "hardware", "info": "information", "intl": "international", "jr": "junior",
    "maint": "maintenance", "mech": "mechanical", "mfg": "manufacturing", "mgmt": "management",
    "mgr": "manager", "mktg": "marketing", "ml": "machine learning", "ops": "operations",
    "pm": "project manager", "prof": "professor", "prog": "programmer", "qa": "quality assurance",
    "qc": "quality control", "rep": "representative", "reps": "representative",
    "rn": "registered nurse", "sde": "software engineer", "snr": "senior",
    "solution": "solutions", "spec": "specialist", "sr": "senior", "supv": "supervisor",
    "svc": "service", "sw": "software", "swe": "software engineer", "sys": "systems",
    "sysadmin": "systems administrator", "system": "systems", "tech": "technical", "ui": "ux",
    "vp": "vice president", "programme": "program", "centre": "center", "labour": "labor",
}  # fmt: skip
"""Word → what it stands for in job titles. At the end `_AT_THE_END` goes before."""

_AT_THE_END = {"tech": "technician", "administration": "administrator"}

_ROLES = frozenset(
    """accountant adviser advisor agent aide analyst architect assistant associate attorney auditor
    carpenter cashier clerk consultant coordinator counselor designer developer director driver
    editor electrician engineer executive inspector instructor librarian manager mechanic nurse
    officer operator planner president professor programmer receptionist recruiter representative
    scientist secretary specialist strategist supervisor teacher technician technologist therapist
    tester writer administrator
    actor baker barber bartender buyer cook dancer welder plumber painter producer trader trainer
    teller translator waiter worker janitor tutor superintendent surveyor handler helper installer
    cleaner packer lead leader coach chef scientist reporter doctor lawyer""".split()
)
_TRADES = frozenset(
    """accounting administrative business customer database electrical environmental financial
    healthcare information machine maintenance management manufacturing marketing mechanical
    medical network operations pharmacy principal product production project quality registered
    research security senior service software solutions support systems technical""".split()
)
"""With `_ROLES` the words whose misspellings are known: see `_corrected`."""
_NOT_MISSPELLED = frozenset(
    "printer processor protect qualify trailer lumber medial mediator planter resident".split()
)

_ENGINEERS = {"developer", "programmer"}
"""At the end of a title these mean the same work as "engineer" does."""
_MAKES_SOFTWARE = {"computer", "application", "applications", "software"}
_TECHNOLOGIES = set("java net android ios salesforce sharepoint ux python mobile".split())
"""After "engineer" these belong before it."""

_INVERTED = {"manager", "director", "engineer", "analyst", "specialist", "supervisor", "technician",
             "coordinator", "administrator", "consultant", "designer", "developer", "architect",
             "inspector", "president"}  # fmt: skip
"""A name does not start with these, unless it was turned round: "manager accounting"."""

_SENIORITY = {
    "intern": "intern", "trainee": "trainee", "apprentice": "trainee", "junior": "junior",
    "graduate": "junior", "mid": "mid", "intermediate": "mid",
    "senior": "senior", "experienced": "senior", "lead": "lead", "principal": "principal",
    "chief": "chief", "head": "head",
}  # fmt: skip
_ONLY_BEFORE = {"principal", "chief", "head", "graduate"}
"""These are a rank before another word only: a school principal is none."""
_BEFORE_OR_AFTER_A_ROLE = {"lead", "intern", "trainee", "apprentice"}
"""An engineering intern or a technical lead is a title; a software engineer intern has a rank."""
_NEVER_A_RANK = {
    "chief executive", "chief resident", "head chef", "chief of", "head of", "head teacher",
    "lead generation", "graduate assistant", "graduate research", "graduate teaching",
    "graduate student", "graduate school", "graduate admissions",
}  # fmt: skip
_LEVELS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
_NOISE = {
    "contract", "contractor", "remote", "temp", "temporary", "seasonal", "freelance", "freelancer",
    "fulltime", "parttime", "permanent", "hourly", "onsite", "hybrid", "consultancy", "w2",
    "confidential", "urgent",
}  # fmt: skip
_NOISE_AT_THE_END = {"contractor", "permanent", "hybrid", "consultancy", "freelancer"}
_CONTRACT_WORK = {
    "manager", "administrator", "specialist", "management", "analyst", "officer",
    "negotiator", "attorney", "compliance", "coordinator", "director", "sensing", "pilot",
}  # fmt: skip
"""Before these, "contract" and "remote" say what the work is about."""
_CREDENTIALS = {
    "acls", "bls", "bsn", "cpa", "esq", "jd", "lpn", "mba", "md", "msn", "pe", "phd", "pmp", "rn",
}  # fmt: skip
"""After a comma or a role these say what somebody has passed, not what they manage or design."""
_CREDENTIALS_BEFORE = {"cpa", "mba", "phd", "pmp"}
_PLACES = frozenset(
    """al ak az ar ca co ct de dc fl ga hi id il ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm
    ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy usa uk us""".split()
) | {
    "california", "texas", "florida", "new york", "illinois", "united states", "canada", "india",
    "london", "chicago", "boston",
}  # fmt: skip
_OF_A_HEAD = {"assistant", "associate", "vice", "deputy", "general", "regional", "executive"}
_PROFESSORS = {"assistant", "associate", "adjunct", "visiting", "clinical", "research", "teaching"}
"""Before "professor" these say which; any other word is the subject."""
_KEEPS_ITS_S = {
    "sales", "operations", "systems", "resources", "business", "applications", "ios", "series",
    "devops", "solutions", "communications", "relations", "always", "sas", "aws", "gis", "rss",
    "dos", "sms", "as", "gas", "telecommunications", "services", "accounts", "claims", "kubernetes",
    "news", "affairs", "insights", "windows", "saas", "rails",
}  # fmt: skip
_MECHANICS = {"mechanics", "critics", "paramedics", "medics", "clinics"}
_AGENTS = re.compile(r"(?:ers|ors|men|ists|ants|ians|nurses|clerks|aides|tresses|hosts)( of .*)?$")
_OCCUPATIONS = re.compile(
    r"(?:agents|analysts|architects|bellhops|cooks|escorts|experts|mechanics|officials|referees"
    r"|masons|superintendents|wardens)$"
)
"""With `_AGENTS` what those who do the work are called in names of occupations."""
_AGENT_WORD = re.compile(r"(?<=\w\w)(?:ist|ian|man|person|smith)$")
_NO_AGENTS = {"human", "german", "indian", "list", "humanitarian"}
_WORKS = {"lifeguard", "umpire"}
_NEVER_WORKS = {"computer", "motor"}
"""What is somebody, and what is nobody, against its ending."""
_MOST_WORDS = 30


@dataclass(frozen=True)
class Title:
    """A job title taken apart: "Sr. Data Scientists II" is "data scientist", "senior", 2."""

    name: str
    seniority: str | None = None
    level: int | None = None


def parse(raw: str) -> Title:
    """Takes a raw title apart. Never raises; the name is "" where no word is left.

    `parse(parse(x).name).name` is `parse(x).name`. Of a name no more than 30 words are kept.
    """
    title = _take_apart(raw)
    seen = [title.name]
    # "devs" is "dev" at first; a name has to be found by itself.
    while (again := _take_apart(title.name)).name != title.name:
        title = Title(again.name, title.seniority or again.seniority, title.level or again.level)
        if title.name in seen:
            # Two rules that undo each other: one of their names, always the same.
            name = min(seen[seen.index(title.name) :])
            return Title(name, title.seniority, title.level)
        seen.append(title.name)
    return title


def singular(name: str) -> str:
    """An occupation's name as the title of one person, in lower case.

    "Waiters and Waitresses" → "waiter and waitress", "Supervisors of Farm Workers" →
    "supervisor of farm workers".
    """
    parts = re.split(r"(,? and |,? or |, |/|--)", name.lower())
    for i in range(0, len(parts), 2):
        if parts[i].startswith("except "):
            break
        if i == 0 or _AGENTS.search(parts[i]) or _OCCUPATIONS.search(parts[i]):
            parts[i] = _head_singular(parts[i])
        if " of " in parts[i]:  # What follows is whom they are responsible for.
            break
    return "".join(parts)


def plain(raw: str) -> str:
    """A title as it is written, in lower case and with single spaces."""
    return " ".join(normalize(raw).split())


def as_written(raw: str) -> str:
    """A title without rank, level, plural and noise, else as it is written."""
    words = _one_who_works(_WORD.findall(plain(raw))[:_MOST_WORDS])
    ranks = (_ABBREVIATIONS.get(word, word) for word in words)
    bare = _bare([r if r in _SENIORITY else w for w, r in zip(words, ranks, strict=True)])[2]
    return " ".join(bare)


def trade_of(title: str) -> str:
    """What a title parses to; "" where that is no trade: "art, drama, and music teacher"."""
    name = parse(title).name
    last = name.partition(" of ")[0].rpartition(" ")[2]
    works = _is_role(last) or _AGENTS.search(f"{last}s") or last in _WORKS
    return name if title.count(",") < 2 or (works and last not in _NEVER_WORKS) else ""


def key(name: str) -> str:
    """Equal for names that differ in plurals, possessives, hyphens, commas and spaces alone."""
    return "".join(_singular_word(re.sub(r"['’]s$", "", word)) for word in _WORD.findall(name))


def written_out(text: str) -> str:
    """A text with its abbreviations written out."""
    return " ".join(_ABBREVIATIONS.get(word, word) for word in text.split())


def _take_apart(raw: str) -> Title:
    seniority, level, kept = _bare(_spelled(_main_part(raw))[:_MOST_WORDS])
    kept = _in_order(_without_repeats(kept))[:_MOST_WORDS]
    return Title(" ".join(kept), seniority, level or _stated_level(raw))


def _bare(words: list[str]) -> tuple[str | None, int | None, list[str]]:
    """The seniority and the level that words say, and the words without these and without noise."""
    words, level = _without_level(words)
    seniority, kept = _without_ranks(_without_noise(words))
    return seniority, level, kept


def _stated_level(raw: str) -> int | None:
    """The 3 of "Level 3", wherever it stands."""
    stated = _LEVEL.search(normalize(raw))
    return _LEVELS[re.sub(r"level|tier|[l -]", "", stated[0])] if stated else None


def _without_level(words: list[str]) -> tuple[list[str], int | None]:
    """A number counts at the end or after a role: "IV nurse" and "3d artist" have none."""
    level = None
    kept: list[str] = []
    for i, word in enumerate(words):
        after = words[i + 1 :]
        ends = all(each in _NOISE or each in _LEVELS for each in after)
        if i and word in _LEVELS and (ends or _is_role(words[i - 1])):
            level = _LEVELS[word]
            if len(kept) > 1 and kept[-1] in ("level", "tier", "grade", "class"):
                kept.pop()
        else:
            kept.append(word)
    return kept, level


def _without_noise(words: list[str]) -> list[str]:
    return [word for i, word in enumerate(words) if not _is_noise(words, i)] or words


def _is_noise(words: list[str], i: int) -> bool:
    word, before, after = words[i], words[:i], words[i + 1 :]
    if word in _CREDENTIALS_BEFORE:
        return not before and any(map(_is_role, after))
    if word in _NOISE_AT_THE_END:
        return bool(before) and _is_role(before[-1])
    if word in _NOISE:
        return not (after and after[0] in _CONTRACT_WORK)
    return bool(_ID.match(word))


def _without_ranks(words: list[str]) -> tuple[str | None, list[str]]:
    kept = [word for i, word in enumerate(words) if not _is_rank(words, i)]
    ranks = [word for i, word in enumerate(words) if _is_rank(words, i)]
    if "lead" in ranks and len(kept) > 1 and kept[-1] == "team" and _is_role(kept[-2]):
        kept.pop()
    seniority = _SENIORITY[ranks[0]] if ranks else None
    last = kept[-1] if kept else ""
    if len(kept) > 2 and kept[-1] != "of" and _is_maker(last) and kept[0] in ("staff", "associate"):
        seniority = seniority or {"staff": "staff", "associate": "junior"}[kept[0]]
        kept = kept[1:]
    if seniority is None and last in ("intern", "trainee", "apprentice"):
        seniority = _SENIORITY[last]
    return seniority, kept


def _is_rank(words: list[str], i: int) -> bool:
    word, rest = words[i], words[i + 1 :]
    if word not in _SENIORITY or len(words) == 1:
        return False
    if rest and (f"{word} {rest[0]}" in _NEVER_A_RANK or (word == "chief" and "officer" in rest)):
        return False
    if rest and word == "lead":
        of_what = words[i - 1] if i else ""
        return any(map(_is_role, rest)) and of_what not in ("technical", "team", "project")
    if rest:
        return word not in ("intern", "trainee", "apprentice") or _is_role(rest[-1])
    if word in _BEFORE_OR_AFTER_A_ROLE:
        before = words[i - 2] if words[i - 1] == "team" and i > 1 else words[i - 1]
        return _is_role(before)
    return word not in _ONLY_BEFORE


def _is_maker(word: str) -> bool:
    """Whether "associate" and "staff" before such work are a rank: no director, no accountant."""
    return word in ("engineer", "developer", "programmer", "scientist", "designer", "architect",
                    "analyst", "consultant", "administrator")  # fmt: skip


def _is_role(word: str) -> bool:
    return word in _ROLES or (bool(_AGENT_WORD.search(word)) and word not in _NO_AGENTS)


def _in_order(words: list[str]) -> list[str]:
    """The words of a name with its trade at the end, in one wording where several mean the same."""
    words = [word for word in words if word != "/"]
    if "professor" in words:  # What follows is the subject, as is what stands before the rank.
        end = words.index("professor")
        return [word for word in words[:end] if word in _PROFESSORS] + ["professor"]
    if _is_inverted(words):
        words = [*words[1:], words[0]]
    if len(words) > 1 and words[-1] in _TECHNOLOGIES and words[-2] in ("engineer", *_ENGINEERS):
        trade = 2 if words[-3:-2] == ["software"] else 1
        words = [*words[: -1 - trade], words[-1], *words[-1 - trade : -1]]
    if len(words) > 1 and words[-1] in _ENGINEERS:
        if words[-2] in _MAKES_SOFTWARE:
            words = [*words[:-2], "software", "engineer"]
        words = [*words[:-1], "engineer"]
    if words[-2:] == ["development", "engineer"] and words[-3:-2] in (["software"], ["web"]):
        words = [*words[:-2], "engineer"]
    if words[-2:] in (["java", "engineer"], ["javascript", "engineer"]):
        words = [*words[:-1], "software", "engineer"]
    if words[-3:] == ["net", "software", "engineer"]:
        words = [*words[:-2], "engineer"]
    return words


def _is_inverted(words: list[str]) -> bool:
    if not 1 < len(words) <= 4 or words[0] not in _INVERTED or SMALL_WORDS.intersection(words):
        return False
    return not _is_role(words[-1]) and words[-1] not in _SENIORITY


def _head_singular(part: str) -> str:
    head, of, rest = part.partition(" of ")
    first, space, last = head.rpartition(" ")
    return first + space + _singular_word(last) + of + rest


def _main_part(raw: str) -> str:
    """What is left of a title without brackets, employer, dates and place: the trade itself."""
    # Each space once: the patterns that begin with spaces would look at each of many again.
    text = _SPACES.sub(lambda space: "\n" if "\n" in space[0] else " ", normalize(raw))
    outside = _BRACKETS.sub(" ", text)
    text = outside if _WORD.search(outside) else text
    for pattern, written in _PHRASES:
        text = pattern.sub(written, text)
    text = _RANK_LEVEL.sub(lambda rank: "junior" if rank[1] == "entry" else rank[1], text)
    undated = _YEARS.sub(" ", text)
    text = undated if _WORD.search(undated) else text
    text = _EMPLOYER.split(text, maxsplit=1)[0]
    text = _LEVEL.sub(" ", text) if _WORD.search(_LEVEL.sub(" ", text)) else text
    parts = [part for part in _SEPARATOR.split(text) if _WORD.search(part)]
    parts = [part for part in parts if not _is_aside(part)] or parts
    head = _inverted([part.strip() for part in parts[0].split(",")]) if parts else text
    return _inverted([head, *parts[1:2]])


def _is_aside(part: str) -> bool:
    words = _WORD.findall(part)
    return all(word in _NOISE or _ID.match(word) for word in words)


def _inverted(parts: list[str]) -> str:
    """ "manager", "accounting" → "accounting manager"; "rn", "bsn" stays what it says first."""
    parts = [part for part in parts if _WORD.search(part)] or parts[:1]
    head, rest = parts[0], parts[1:]
    if not rest or any(part.strip(" .") in _PLACES for part in rest):
        return head
    named, words = rest[0].strip(), rest[0].split()
    if named.strip(".") in _CREDENTIALS or len(words) > 3 or _is_aside(named):
        return head
    of_head = [word for word in _spelled(head) if word not in _SENIORITY and word not in _LEVELS]
    role = of_head[-1] if of_head else ""
    if role in ("engineer", *_ENGINEERS) and named.strip(".") in _TECHNOLOGIES:
        return f"{head} {named}"
    bare = role in _ROLES and set(of_head[:-1]) <= _OF_A_HEAD
    others = [word for word in words if word not in _SENIORITY and word not in _LEVELS]
    if bare and others and not any(map(_is_role, _spelled(named)[-1:])):
        return f"{named} {head}"
    return head


def _spelled(text: str) -> list[str]:
    """The words of a title, abbreviations written out, those who do the work in the singular."""
    found = _WORD.findall(text.replace("&", " and "))
    found = [word.strip(".'’") if word != ".net" else "net" for word in found]
    found = [word for word in found if word != "/"]
    while len(found) > 1 and found[-1] in _CREDENTIALS and _is_role(_singular_word(found[-2])):
        found.pop()
    words: list[str] = []
    ends_at = _end_of_head(found)
    for i, word in enumerate(_one_who_works(found)):
        if i and i == ends_at:
            word = _AT_THE_END.get(word, word)
        words += _ABBREVIATIONS.get(word, _corrected(word)).split()
    return words


def _one_who_works(words: list[str]) -> list[str]:
    """Those who do the work in the singular."""
    ends_at = _end_of_head(words)
    return [
        _singular_word(word) if i == ends_at or _AGENTS.search(word) else word
        for i, word in enumerate(words)
    ]


def _end_of_head(words: list[str]) -> int:
    """The position of the word that is the trade: the last, or the one before "of"."""
    small = next((i for i, word in enumerate(words) if i and word in ("of", "for", "in")), None)
    end = len(words) if small is None else small
    while end > 1 and (words[end - 1] in _LEVELS or words[end - 1] in _NOISE):
        end -= 1
    return end - 1


def _singular_word(word: str) -> str:
    if "." in word:
        return word
    if word in _KEEPS_ITS_S or len(word) < 4 or not word.endswith("s"):
        return "man" if word == "men" else re.sub(r"(?<=.)men$", "man", word)
    if word.endswith("ics") and word not in _MECHANICS:
        return word
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith("wives"):
        return word[:-3] + "fe"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word if word.endswith(("ss", "us", "is")) else word[:-1]


@lru_cache(maxsize=10_000)
def _corrected(word: str) -> str:
    """A common word instead of its misspelling: one letter missing, wrong, doubled or swapped.

    Short words and a wrong last letter are left alone: "managed" is not "manager".
    """
    if not 6 <= len(word) <= 16 or word in _ROLES or word in _TRADES or word in _NOT_MISSPELLED:
        return word
    found = {right for part in _shortened(word) for right in _known_by_parts().get(part, ())}
    near = sorted(
        right for right in found
        if right[-1] == word[-1] and len(right) > 6 and distance(word, right, 1) == 1
    )  # fmt: skip
    return near[0] if len(near) == 1 else word


@lru_cache(maxsize=1)
def _known_by_parts() -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    for right in sorted(_ROLES | _TRADES):
        for part in _shortened(right):
            parts.setdefault(part, []).append(right)
    return parts


def _shortened(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def _without_repeats(words: list[str]) -> list[str]:
    return [word for i, word in enumerate(words) if i == 0 or word != words[i - 1]]
