"""What is written of schooling → the lowest level that it names, and the field of study."""

import re
from dataclasses import dataclass

LEVELS = ("high school", "certificate", "associate", "bachelor", "master", "professional",
          "doctorate")  # fmt: skip
"""From the lowest up. "professional" is a first degree in law or medicine."""

# Short degrees count with their dots or in capitals only: "as", "ma" and "ms" are words, too.
_BY_LEVEL = {
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
        r"\bB\.\s?(?:A|S|Sc|Tech|E|Eng|Com|B\.A)\b\.?|\b(?:BBA|BSN|BSc|BFA|BSEE|BSCS|BSME|BEng|BTech"
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
_NOT_ONE = re.compile(
    r"\bmaster (?:electrician|plumber|mechanic|technician|data|of ceremonies|scheduler|planner)\b|"
    r"\bscrum ?masters?\b|\bMS[- ]?(?:office|word|excel|project|sql|access|outlook|teams|dos)\b|"
    r"\b(?:sales|store|team|retail|research|warehouse) associates?\b|\bteach\w* high[- ]?school\b|"
    r"\bhigh[- ]?school (?:students|teach\w+|classes|coach)\b",
    re.IGNORECASE,
)
_NONE_NEEDED = re.compile(
    r"\bno (?:\w+ ){0,2}(?:degree|diploma|education)\w*"
    r"(?: (?:is )?(?:required|needed|necessary))?\b",
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
_REACH = 120
"""Characters behind a degree in which its field is looked for."""


@dataclass(frozen=True)
class Education:
    """`level` is one of `LEVELS`, `field` a name of a field; "" where it is not said."""

    level: str = ""
    field: str = ""


def education(written: str) -> Education:
    """The lowest level, which is what a posting asks for at least, and the first field named."""
    text = _NONE_NEEDED.sub(" ", _NOT_ONE.sub(" ", written))
    hits = {level: hit for level in LEVELS if (hit := _first(level, text))}
    if not hits:
        return Education()
    level = min(hits, key=LEVELS.index)
    if level == "high school":
        return Education(level)
    return Education(level, _field(text, min(hits.values())))


def highest(levels: list[Education]) -> Education:
    """The highest of several, which is what a person has."""
    known = [each for each in levels if each.level]
    return max(known, key=lambda each: LEVELS.index(each.level), default=Education())


def _first(level: str, text: str) -> tuple[int, int] | None:
    hits = [hit.span() for pattern in _PATTERNS[level] if (hit := pattern.search(text))]
    return min(hits, default=None)


def _field(text: str, degree: tuple[int, int]) -> str:
    start, _ = degree
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
