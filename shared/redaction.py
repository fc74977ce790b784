"""Takes out of a text what says who somebody is: mail, phone, addresses, URLs, numbers, names.

Phone numbers are found by phonenumbers, Google's library; names by Faker's lists of given names and
surnames, together with how they stand in the text; the rest by patterns. None of it finds all:
docs/data.md has how much. Both libraries are imported with the first text, which takes a while.
"""

import importlib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

MARK = "[…]"
"""Stands for what was taken out. It has no word that training could learn."""

COUNTRY = "US"
"""Where phone numbers are from that do not say so."""
LOCALES = (
    "cs_CZ", "de_DE", "en", "en_GB", "en_IE", "en_IN", "en_KE", "en_NG", "en_PK", "en_US", "es_ES",
    "es_MX", "fr_FR", "id_ID", "it_IT", "nl_NL", "pl_PL", "pt_BR", "sv_SE", "tr_TR", "vi_VN",
)  # fmt: skip
"""Of Faker's lists those in Latin letters, of whose people many write in English."""

_PATTERNS = (
    (
        "email",
        re.compile(
            r"[\w.+'-]{1,64} ?(?:@|\[at\]|\(at\)) ?"
            r"[\w-]{1,63}(?: ?(?:\.|\[dot\]|\(dot\)) ?[\w-]{1,63}){1,5}",
            re.IGNORECASE,
        ),
    ),
    (
        "url",
        re.compile(
            r"(?:https?|ftp)://[^\s<>\"]{1,2000}|\bwww\.[^\s<>\"]{1,2000}"
            r"|\b(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,10}/[^\s<>\"]{1,2000}"
            r"|\b(?:[a-z0-9-]{1,63}\.){1,4}(?:com|org|edu|gov|info|biz)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "address",
        re.compile(
            r"\bP\.? ?O\.? Box \d{1,8}(?:, [^\d,;.\n]{2,30}, ?[A-Z]{2},? \d{5}(?:-\d{4})?)?"
            r"|\b\d{1,6}[A-Z]?,? (?:[NSEW]\.? |[NS][EW] )?(?:[A-Z0-9][\w.'-]{0,24} ){1,4}?"
            r"(?:St(?:reet)?|Ave(?:nue)?|R(?:oa)?d|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Circle"
            r"|Cir|Place|Pl|Square|Sq|Terrace|Ter|Way|Parkway|Pkwy|Highway|Hwy|Trail|Close|Row"
            r"|Crescent|Gardens)\b\.?(?: \d{1,5})?"
            r"(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Floor|Fl|\#)\.? ?\w{1,6}"
            r"|, \d{1,3}(?:st|nd|rd|th) Floor)?"
            r"(?:,? [A-Z][A-Za-z.'-]{1,20}(?: [A-Z][A-Za-z.'-]{1,20}){0,2},?"
            r" (?:[A-Z]{2}|[A-Z][a-z]{3,12}(?: [A-Z][a-z]{3,12})?),? \d{5}(?:-\d{4})?"
            r"|,? [A-Z][a-z]{2,20},? [A-Z]{1,2}\d[\dA-Z]? \d[A-Z]{2})?"
            r"|\b\d{1,5}(?: ?bis)?,? (?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Pp]lace|[Cc]alle|[Vv]ia)"
            r"(?: (?:de|du|des|la|le|del|della|d'))* ?[A-Z][\w'-]{1,24}(?: [A-Z][\w'-]{1,24}){0,2}"
            r"(?:,? \d{5} [A-Z][\w'-]{1,24})?"
            r"|\b[A-Z][A-Za-z.'-]{1,20}(?: [A-Z][A-Za-z.'-]{1,20}){0,2}, [A-Z]{2},? \d{5}"
            r"(?:-\d{4})?\b"
        ),
    ),
)
_NUMBER = re.compile(r"\b\d{3}[- ]\d{2}[- ]\d{4}\b|\b(?:\d[ -]?){13,19}\b|\b\d{9,12}\b")
"""Of insurance, cards and accounts. Looked for when phone numbers are out."""
_PLAIN_PHONE = re.compile(
    r"(?<!\d)(?:\+?1[ .-]?)?\(?[2-9]\d{2}\)?[ .-]{0,3}[2-9]\d{2}[ .-]{0,3}\d{4}(?!\d)"
    r"(?: {0,2}(?:x|ext\.?|extension) ?\d{1,6}(?![ .-]?\d))?"
)
"""As most are written in the United States. The library misses some that stand side by side."""
_LINE_OF_DIGITS = re.compile(r"\d(?:[\d() ./+-]|ext){6,}")
"""Only where there are so many digits together can a phone number be."""

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_BETWEEN = re.compile(r"\.? {1,2}")
"""What stands between the words of one name: "William T. Carmichael"."""
_PARTICLES = frozenset("al bin da de del della der di dos du el la le san van von y".split())
_TITLES = frozenset("dr mr mrs ms miss mx prof".split())
_NO_TITLES = frozenset(
    "access excel office outlook powerpoint project sql visio windows word".split()
)
"""After "Ms", which people also write for Microsoft."""
_CALLINGS = frozenset(
    """boss captain chef client coach colonel father general grandma grandpa judge lady lord nurse
    pastor professor rabbi reverend sergeant sister supervisor uncle aunt mentor patient
    photographer lieutenant""".split()
)
"""Before a name, a part of it; before anything else, just a word."""
_CUES = frozenset(
    "and by contact for is am lead name of reference references to under with".split()
)
"""Words after which a given name may stand alone."""
_ACRONYM = 4
"""Capitals alone, up to so many, are no name: SAM, MARC, DAX."""
_WORDS_TOO = frozenset(
    """ab abel ace ada al alabaster alan alexa almond alpha amber america among angel ansible apollo
    april arby arch art ash asia aspen athena atlas august aurora austin autumn avis baby baker
    ball bank banks barclays bath bay bean bell berry bill bird bishop black block blossom bond
    booth boss brain branch brand brick bridge bridges bristol brook brooklyn brown bud bunk
    burns butler cable cadence cam camp candy cap captain carolina carpenter carry case cases
    cash cassandra cedar chambers chance charity charlotte chase chef cherry cheyenne china chip
    church city clay clear cleveland coach cole colon comfort communication cook coral cord
    cortana cotton court crane cross crystal curry cypress dakota dallas dean dell delphi delta
    denny denver devon disney dock doctor dodge dolly dot drew earl early east echo ed eden edge
    edit elder elixir elm ember emerald emery era essence ever faith fall fancy fargo farmer
    fashion fields fisher fleet floor flora florence florida flowers foods ford forest foster
    fox france franklin freeman french friend gala garden garner gates gatsby gauge gay gem
    general genesis georgia german gift glass glory gold golden goldman good grace grand grant
    graves gray green grove guide guy hall ham hammer hand hardy harmony harper harvest haskell
    haven hawk hazel head heath heaven helena hermes hill hilton holder holiday holland holly
    honey hood hope horn house houston hugo hunt hunter india infant ira israel ivory ivy jack
    jackson jade jasmine java jefferson jenkins jersey jet jewel job jobs jordan joy judge julia
    june junior justice key keys kidney king kit knight kohl lab lamb lane lark lavender lawyer
    legend less lexus liberty lily lincoln link little lloyds london long lottie lotus love low
    loyal luck lucky mac macy madison magic major manila marina marine mark marks marriott marsh
    marshal mason mat math mats maven may mayor media mercedes mercy merit metro michigan
    miles mill miller mills mine minor miracle miserables mission montana monte moody moon
    morgan moss mountain nature nevada nissan noble nordstrom north oak ocean olive oracle oral
    orange orion orlando owner page palm paris park parker parks parsons pascal pastor pat
    patience pearl penny pepper per perry phoenix pike pine pink piper place plant polish pope
    porsche porter pound power powers precious price prince princess promise prudence purity
    queen ram ranger raven ray reading reason red reed rice rich richmond ridge ring rio river
    rivers robin rock rod roll roman rome room rose ruby rush sage sailor salem sales salmon
    sand santa savannah sawyer scala scout seal season see senior serenity server seven shade
    sharp shepherd shore short sierra silver singer siri skip sky small smart snow sole spain
    spring stack stanley star steel sterling steward stone storm story strange street strong
    summer summers sun sunday sunshine swan swift sydney system tailor tanner tea teddy temple
    terra tesla tiger tile till tiny titan tom tracy treasure trinity troy true tucker turner
    unique unity urban us valentine van vega velvet venice victory violet virginia vista vita
    wade walker wall walls walt ward ware wash washington water waters watson weaver webb weeks
    well wells wendy west white will wine wing winter wise wolf wood woods worth wright wyndham
    yoga york young""".split()
)
"""Names that are also words of work, places or tools: not enough by themselves."""
_NOT_AFTER_A_NAME = frozenset(
    """academy airlines associates award bank center church city clinic college company corp
    corporation county creek event foundation framework group hospital hotel inc institute library
    llc ltd mall market museum partners school solutions station store street studio systems test
    university""".split()
)


@dataclass(frozen=True)
class Redacted:
    """A text with `MARK` in place of personal details; `found` counts these by their kind."""

    text: str
    found: dict[str, int]


def redact(text: str) -> Redacted:
    """Takes personal details out of a text. What is left is in Unicode's form NFKC."""
    left = unicodedata.normalize("NFKC", text)
    found: Counter[str] = Counter()
    for kind, pattern in _PATTERNS:
        left, times = pattern.subn(MARK, left)
        found[kind] += times
    left, plain = _PLAIN_PHONE.subn(MARK, left)
    left, others = _without(left, _phones(left))
    found["phone"] = plain + others
    left, found["number"] = _NUMBER.subn(MARK, left)
    left, found["name"] = _without(left, _names(left))
    return Redacted(left, {kind: times for kind, times in found.items() if times})


Span = tuple[int, int]


def _without(text: str, spans: list[Span]) -> tuple[str, int]:
    pieces, end = [], 0
    for start, after in spans:
        pieces.append(text[end:start])
        end = after
    return MARK.join([*pieces, text[end:]]), len(spans)


def _phones(text: str) -> list[Span]:
    if not _LINE_OF_DIGITS.search(text):
        return []
    import phonenumbers

    spans = []
    for line in _LINE_OF_DIGITS.finditer(text):
        # A little more than the digits, for what may stand before and after them.
        start, end = max(0, line.start() - 3), line.end() + 12
        matcher = phonenumbers.PhoneNumberMatcher(
            text[start:end], COUNTRY, leniency=phonenumbers.Leniency.POSSIBLE, max_tries=50
        )
        for match in matcher:
            if sum(map(str.isdigit, match.raw_string)) >= 9:
                spans.append((start + match.start, start + match.end))
    return _joined(spans)


def _joined(spans: list[Span]) -> list[Span]:
    """The spans in their order, those that overlap as one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


@dataclass(frozen=True)
class _Known:
    """Names in lower case; `sure_…` are those that are no words of another meaning."""

    given: frozenset[str]
    sure_given: frozenset[str]
    surnames: frozenset[str]
    sure_surnames: frozenset[str]


@cache
def _known() -> _Known:
    given: set[str] = set()
    surnames: set[str] = set()
    for locale in LOCALES:
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for name, into in (
            ("first_names", given), ("first_names_male", given), ("first_names_female", given),
            ("last_names", surnames),
        ):  # fmt: skip
            into.update(each.lower() for each in getattr(provider, name, ()))
    return _Known(
        frozenset(given),
        frozenset(given - _WORDS_TOO),
        frozenset(surnames),
        frozenset(surnames - _WORDS_TOO),
    )


def _names(text: str) -> list[Span]:
    words = list(_WORD.finditer(text))
    spans = []
    i = 0
    while i < len(words):
        end = _name_at(text, words, i)
        if end > i:
            spans.append((words[i].start(), words[end - 1].end()))
        i = max(end, i + 1)
    return spans


def _name_at(text: str, words: list[re.Match[str]], i: int) -> int:
    """The position after the name that begins with this word; `i` itself where none does."""
    known = _known()
    word = words[i][0]
    lower = word.lower()
    if word.islower():
        return i + 2 if _both_known(text, words, i) else i
    if not word[0].isupper():
        return i
    follows = _run(text, words, i)
    rest = [each.lower() for each in follows[1:]]
    end = i + len(follows)
    if lower in _TITLES and word not in ("MS", "DR") and rest:
        return i if rest[0] in _NO_TITLES else end
    if lower in _CALLINGS and rest:
        return end if rest[0] in known.sure_given | known.sure_surnames else i
    if rest and rest[0] not in _NOT_AFTER_A_NAME:
        certain = any(each in known.sure_surnames for each in rest)
        if lower in known.sure_given or (lower in known.given and certain):
            return end
        if certain and _cued(text, words, i):
            return end
    alone = not rest and lower in known.sure_given and not _is_acronym(word)
    return i + 1 if alone and _cued(text, words, i) else i


def _is_acronym(word: str) -> bool:
    return word.isupper() and 1 < len(word) <= _ACRONYM


def _run(text: str, words: list[re.Match[str]], i: int) -> list[str]:
    """This word, and the capitalized ones right after it: at most five, particles between them."""
    run = [words[i][0]]
    for before, each in pairwise(words[i : i + 5]):
        between = text[before.end() : each.start()]
        initial = len(before[0]) == 1 or before[0].lower() in _TITLES
        if not _BETWEEN.fullmatch(between) or ("." in between and not initial):
            break
        if not each[0][0].isupper() and each[0].lower() not in _PARTICLES:
            break
        if _is_acronym(each[0]) and not run[0].isupper():
            break
        run.append(each[0])
    while len(run) > 1 and run[-1].islower():
        run.pop()
    return run


def _both_known(text: str, words: list[re.Match[str]], i: int) -> bool:
    """Whether a given name and a surname stand here in lower case."""
    if i + 1 == len(words) or text[words[i].end() : words[i + 1].start()] != " ":
        return False
    known = _known()
    return words[i][0] in known.sure_given and words[i + 1][0] in known.sure_surnames


def _cued(text: str, words: list[re.Match[str]], i: int) -> bool:
    """Whether a word stands before this one after which a name is likely."""
    if i == 0:
        return False
    before = words[i - 1]
    if len(text[before.end() : words[i].start()].strip(" :,-")) > 0:
        return False
    return before[0].lower() in _CUES | _CALLINGS
