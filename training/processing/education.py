"""What is written of schooling → a level, and the field of study.

Of what a posting asks for that is the lowest level it names, of what a person has the highest.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LEVELS = ("less than high school", "high school", "certificate", "some college", "associate",
          "bachelor", "master", "professional", "doctorate")  # fmt: skip
"""From the lowest up. "professional" is a first degree in law or medicine."""

# Words in whichever case; letters, which count with their dots or in capitals only: "as", "ma" and
# "ms" are words, too.
_BY_LEVEL = {
    "less than high school": (
        r"\bless than (?:a )?high[- ]?school(?: diploma| education)?\b|\bsome high[- ]?school\b",
        r"(?!)",
    ),
    "high school": (
        r"\bhigh[- ]?school\b|\bsecondary (?:school|education)\b|"
        r"\bH\.?S\.? ?(?:diploma|degree|grad)",
        r"\bG\.?E\.?D\b\.?|\bHSD\b|\bHSED\b",
    ),
    "certificate": (
        r"\b(?:professional|vocational|trade|technical|postsecondary) (?:certificate|diploma"
        r"|school)|\bvocational (?:training|education)\b|"
        r"\bcertificate (?:program|in|of completion)\b",
        r"(?!)",
    ),
    "some college": (r"\bsome college\b", r"(?!)"),
    "associate": (
        r"\bassociate(?:['’]?s)?['’]?(?: of (?:arts|science|applied science))? degrees?\b|"
        r"\bassociate['’]s\b|\bassociates? (?:of|in) \w|\b(?:2|two)[- ]year (?:college )?degree\b|"
        r"\bfoundation degree\b",
        r"\bA\.A\.S?\.?|\bA\.S\.(?!\w)|\b(?:AA|AAS|AS)(?= (?:degree|in\b)|\s*/\s*(?:BA|BS|AS|AA)\b)"
        r"|\bA\.?D\.?N\b",
    ),
    "bachelor": (
        r"\bbachelor(?:['’]?s)?\b|\bbaccalaureate\b|\bundergraduate degree\b|\bcollege degree\b|"
        r"\b(?:4|four)[- ]?(?:year|yr)s?[- ](?:college |university )?degree\b|"
        r"\buniversity degree\b|\bdegree from an accredited\b",
        r"(?<![A-Za-z]\.)\bB\.\s?(?:A|S|Sc|Tech|E|Eng|Com|B\.A)\b\.?|\b(?:BBA|BSN|BSc|BFA|BSEE|BSCS|BSME|BEng|BTech"
        r"|BArch)\b|\b(?:BA|BS|AB)(?=\s*(?:/|\bor\b|,|\bin\b|degree|$|\)|\())",
    ),
    "master": (
        r"\bmaster['’]s\b|\bmasters? (?:of|in) \w|\bmasters?['’]? degrees?\b|\bmasters\b(?! of)|"
        r"\b(?:post)?graduate degree\b|\badvanced degree\b|"
        r"\bmaster(?=\s*(?:or|and|/|,)\s*(?:Ph|doctor))",
        r"\bM\.\s?(?:A|S|Sc|Tech|Ed|Eng|B\.A)\b\.?|\b(?:MBA|MSN|MSc|MFA|MEd|MSW|MPH|MPA|MSEE|MSCS"
        r"|MEng|MTech)\b|\b(?:MA|MS)(?=\s*(?:/|\bor\b|\bin (?!office)|degree|$|\)))",
    ),
    "professional": (
        r"\bjuris doctor(?:ate)?\b|\blaw degree\b|\bmedical degree\b|\bdoctor of (?:medicine|"
        r"dental|pharmacy|veterinary|osteopath)\w*",
        r"\bJ\.?D\b\.?(?! ?Edwards)|\bM\.D\.|(?<!, )\bMD(?=\s*(?:/|\bor\b|degree|$))"
        r"|\bD\.?D\.?S\b\.?|\bD\.?V\.?M\b\.?|\bPharm\.?D\b",
    ),
    "doctorate": (
        r"\bdoctorate\b|\bdoctoral\b|\bdoctor of (?:philosophy|education|science)\b|\bph\.?\s?d\b",
        r"\bEd\.?D\b|\bSc\.?D\b|\bDBA(?= degree)",
    ),
}  # fmt: skip
_PATTERNS = {
    level: (re.compile(words, re.IGNORECASE), re.compile(letters))
    for level, (words, letters) in _BY_LEVEL.items()
}
_OF_A_PERSON = {
    level: re.compile(words, re.IGNORECASE)
    for level, words in (
        ("less than high school", r"\b(?:high[- ]?school\W+)?no diploma\b"),
        ("certificate", r"\b(?:certificat\w+|certified|diploma program|vocational|bootcamp)\b"),
        ("doctorate", r"\bdoctor of (?!medicine|dental|pharmacy|veterinary|osteopath)\w+"),
    )
}
"""What people write of their own schooling besides; a posting means something else by it."""
_ALONE = {
    form: level
    for level, forms in (
        ("high school", "hs ged"),
        ("associate", "aa as aas associate associates"),
        ("bachelor", "bs bsc ba bba beng btech bfa bsn undergraduate"),
        ("master", "ms msc ma mba meng med mfa mph msw mtech mphil master"),
        ("professional", "jd md dds dvm pharmd"),
        ("doctorate", "phd dphil edd dba doctor doctoral"),
    )
    for form in forms.split()
}
"""What is a degree where it stands alone between two commas; in capitals, also before its field."""
_DEGREES = re.compile(r"\s*(?:[,;|/&\n]|\band\b|\s[-–—]\s)\s*", re.IGNORECASE)
_NAME = r"[A-Z][\w.'’-]*"
_PLACE = re.compile(
    rf"(?P<place>\b{_NAME}(?: {_NAME}){{0,3}})"
    r"(?:,\s*(?:MA|MD|MS)(?:\s+\d{5}(?:-\d{4})?)?|\s+(?:MA|MD|MS)\s+\d{5}(?:-\d{4})?)"
    r"(?=\s*(?:$|[;|/)\n]))"
)
"""Of "Boston, MA": a state whose letters are a degree's as well, behind a town."""
_NOT_ONE = re.compile(
    r"\bmaster (?:electrician|plumber|mechanic|technician|data|of ceremonies|scheduler|planner)\b|"
    r"\bscrum ?masters?\b|\bMS[- ]?(?:office|word|excel|project|sql|access|outlook|teams|dos)\b|"
    r"\b(?:sales|store|team|retail|research|warehouse) associates?\b|\bteach\w* high[- ]?school\b|"
    r"\bhigh[- ]?school (?:students|teach\w+|classes|coach)\b",
    re.IGNORECASE,
)
_NONE_NEEDED = re.compile(
    r"\bno (?:\w+ ){0,2}(?:degree|diploma|education)\w*"
    r"(?: (?:is )?(?:required|needed|necessary))?\b"
    r"|\b(?:[\w'’]+ ){1,3}(?:degree|diploma|education)s?(?: is| are)? not "
    r"(?:required|needed|necessary)\b",
    re.IGNORECASE,
)

_FIELDS = {
    "accounting": "accounting|accountancy",
    "agriculture": "agricultur(?:e|al)|agronomy|horticulture|animal science",
    "architecture": "architecture(?! patterns)",
    "biology": "biolog(?:y|ical)|life sciences?|microbiology|biochemistry|biotechnology"
    "|genetics",
    "business administration": "business(?: administration| management)?|management|MBA"
    "|BBA|commerce",
    "chemistry": "chemistry",
    "communications": "communications?|journalism|public relations|media studies",
    "computer engineering": "computer engineering",
    "computer science": "computer sciences?|computing|software engineering|informatics|CS"
    "|BSCS|MSCS",
    "construction management": "construction(?: management| science)?|building science",
    "criminal justice": "criminal justice|criminology|law enforcement",
    "culinary arts": "culinary(?: arts)?",
    "data science": "data science|data analytics|business analytics|analytics",
    "design": "(?:graphic|industrial|interior|fashion|visual|interaction) design|design",
    "economics": "economics|econometrics",
    "education": "education|teaching|early childhood(?: education)?|special education",
    "electrical engineering": "electrical(?: and computer)? engineering|electronics?"
    "(?: engineering)?|EE|BSEE",
    "engineering": "engineering",
    "english": "english|literature|creative writing",
    "environmental science": "environmental (?:science|studies|engineering)s?|ecology",
    "finance": "finance|financial management|banking",
    "fine arts": "fine arts?|arts|music|theat(?:er|re)|film",
    "health administration": "health(?:care)? (?:administration|management)|public health",
    "history": "history",
    "hospitality": "hospitality(?: management)?|hotel management|tourism",
    "human resources": "human resources?(?: management)?|organizational (?:development|psychology)",
    "industrial engineering": "industrial engineering|operations research",
    "information systems": "(?:management )?information systems?|MIS|CIS",
    "information technology": "information technology|IT|network administration|cyber ?security",
    "law": "law|legal studies|paralegal studies|juris doctor(?:ate)?|JD",
    "linguistics": "linguistics|languages",
    "marketing": "marketing|advertising",
    "mathematics": "math(?:ematic)?s?|applied math",
    "mechanical engineering": "mechanical engineering|BSME",
    "chemical engineering": "chemical engineering",
    "civil engineering": "civil(?: engineering)?|structural engineering",
    "biomedical engineering": "biomedical engineering|bioengineering",
    "aerospace engineering": "aero(?:space|nautical) engineering|aeronautics",
    "medicine": "medicine|medical degree|MD",
    "nursing": "nursing|BSN|MSN|ADN",
    "pharmacy": "pharmacy|pharmd|pharmaceutical sciences?",
    "physics": "physics",
    "political science": "political science|public policy|government|international relations",
    "psychology": "psychology|counseling|behaviou?ral sciences?",
    "public administration": "public administration",
    "social work": "social work|MSW|human services",
    "sociology": "sociology|anthropology|social sciences?",
    "statistics": "statistics|biostatistics",
    "supply chain": "supply chain(?: management)?|logistics",
}  # fmt: skip
_FIELD_NAMES = {
    name: re.compile(rf"\b(?:{names})\b", re.IGNORECASE) for name, names in _FIELDS.items()
}
_CAPITALS = {"EE", "IT", "CS", "MIS", "CIS", "MD", "JD", "ADN"}
LONGEST = 2_000
"""Characters that are read: matching takes the square of so many."""
_REACH = 120
"""Characters behind a degree in which its field is looked for."""


@dataclass(frozen=True)
class Education:
    """`level` is one of `LEVELS`, `field` a name of a field; "" where it is not said."""

    level: str = ""
    field: str = ""


def education(written: str) -> Education:
    """The lowest level, which is what a posting asks for at least, and the first field named."""
    text = _NONE_NEEDED.sub(" ", _degrees_alone(written))
    hits = _hits(text)
    if not hits:
        return Education()
    return _with_field(min(hits, key=LEVELS.index), text, min(hits.values()))


def of_person(written: str) -> Education:
    """The highest level that somebody's schooling names, and its field: a cell of a table, say.

    A degree alone between commas is one, however it is written. Fields stand before the next ";".
    """
    found = Education()
    for piece in _degrees_alone(written).split(";"):
        for level, start in _of_piece(piece):
            if not found.level or LEVELS.index(level) > LEVELS.index(found.level):
                found = _with_field(level, piece, start)
    return found


def _degrees_alone(written: str) -> str:
    """Without what only looks like a degree: "Scrum master", "Boston, MA"."""
    return _PLACE.sub(_unless_place, _NOT_ONE.sub(" ", written[:LONGEST]))


def _unless_place(hit: "re.Match[str]") -> str:
    """What stays of it: all of "BA, MA" and "Biology, MS", nothing of "Boston, MA"."""
    place = hit["place"]
    learnt = _hits(place) or _alone(place) or _field(f"Bachelor of {place}", 0)
    return hit[0] if learnt else " "


def _of_piece(piece: str) -> Iterator[tuple[str, int]]:
    """The levels of the degrees between commas, and where each degree begins."""
    if unfinished := _OF_A_PERSON["less than high school"].search(piece):
        yield "less than high school", unfinished.start()
        piece = piece[: unfinished.start()] + " " * len(unfinished[0]) + piece[unfinished.end() :]
    start = 0
    for end in [*_DEGREES.finditer(piece), None]:
        part = _NONE_NEEDED.sub(" ", piece[start : end.start() if end else None])
        found = {level for level, words in _OF_A_PERSON.items() if words.search(part)}
        found |= {min(_hits(part), key=LEVELS.index, default=""), _alone(part)}
        yield from ((level, start) for level in found if level)
        start = end.end() if end else start


def _alone(part: str) -> str:
    """The level of a degree by its letters, with nothing or its field behind."""
    first, _, others = part.replace(".", "").strip().partition(" ")
    if others and sum(map(str.isupper, first)) < 2:
        return ""  # "As a welder", "Master plumber".
    return _ALONE.get(first.lower(), "")


def _hits(text: str) -> dict[str, int]:
    """Where each level is first named."""
    hits = {}
    for level, patterns in _PATTERNS.items():
        starts = [hit.start() for pattern in patterns if (hit := pattern.search(text))]
        if starts:
            hits[level] = min(starts)
    return hits


def _with_field(level: str, text: str, start: int) -> Education:
    """What school is of no field."""
    return Education(level, "" if "high school" in level else _field(text, start))


def _field(text: str, start: int) -> str:
    hits = []
    for name, pattern in _FIELD_NAMES.items():
        for hit in pattern.finditer(text, start, start + _REACH):
            if hit[0].upper() in _CAPITALS and not hit[0].isupper():
                continue  # "it" is no information technology.
            if hit[0].lower() in ("arts", "science") and hit.start() - start < 20:
                continue  # Of "Bachelor of Arts in …".
            hits.append((hit.start(), hit.start() - hit.end(), name))
            break
    return min(hits)[2] if hits else ""
