"""What is written of a place → the US state that it is in."""

import re

from shared.states import STATES

_SHORT = {
    "ala": "AL", "ariz": "AZ", "ark": "AR", "cal": "CA", "calif": "CA", "colo": "CO", "conn": "CT",
    "del": "DE", "d c": "DC", "wash dc": "DC", "washington dc": "DC", "washington d c": "DC",
    "fla": "FL", "ill": "IL", "ind": "IN", "kan": "KS", "kans": "KS", "mass": "MA", "mich": "MI",
    "minn": "MN", "miss": "MS", "mont": "MT", "neb": "NE", "nebr": "NE", "nev": "NV", "n h": "NH",
    "n j": "NJ", "n m": "NM", "n y": "NY", "nyc": "NY", "new york city": "NY", "n c": "NC",
    "n d": "ND", "okla": "OK", "ore": "OR", "penn": "PA", "penna": "PA", "r i": "RI", "s c": "SC",
    "s d": "SD", "tenn": "TN", "tex": "TX", "va": "VA", "vt": "VT", "wash": "WA",
    "washington state": "WA", "state of washington": "WA", "w va": "WV", "wis": "WI", "wisc": "WI",
    "wyo": "WY", "u s virgin islands": "VI", "us virgin islands": "VI", "columbia district": "DC",
}  # fmt: skip
_NAMES = {name.lower(): code for code, name in STATES.items()} | _SHORT
_HERE = {"us", "usa", "u s", "u s a", "united states", "united states of america", "america"}
ABROAD = "abroad"
"""What a place in another country may end with, in parentheses."""
_NO_PLACE = {
    "remote", "hybrid", "onsite", "on site", "telecommute", "work from home", "wfh", "anywhere",
    "nationwide", "travel", "flexible", "virtual", "home based", "home office", "field based",
    "full time", "part time", "or remote", "metro", "area", "fully remote", "100 remote", "state",
}  # fmt: skip
_CANADA = {"ab", "bc", "mb", "nb", "nl", "ns", "nt", "nu", "on", "pe", "qc", "sk", "yt", "ontario",
           "quebec", "québec", "alberta", "manitoba", "british columbia", "nova scotia",
           "saskatchewan", "new brunswick"}  # fmt: skip
_CANADIAN_POST = re.compile(r"\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b", re.IGNORECASE)
_PLACES = re.compile(r"\s*(?:;|\n|\||\bor\b(?!,|\s*$)|(?<!\w)/(?!\w)|•)\s*")
_PARTS = re.compile(r"\s*[,()\[\]/:]\s*|\s+[-\u2013\u2014]+\s+")
_CODE_BEHIND_ZIP = re.compile(r",\s*\d{5}\s*,\s*(?!US\b)[A-Z]{2}\s*$", re.IGNORECASE)
"""As much of the world writes places: the country comes last, "Munich, 80331, DE"."""
_SEVERAL = re.compile(r"/|&|\band\b")
_ZIP = re.compile(r"(?<!\d)\d{5}(?:-\d{4})?(?!\d)")
_INVERTED = re.compile(r"(?:USA?[ -]+|(?!CA|CO|DE|IN))(?P<code>[A-Z]{2}) ?[-–] ?\w")
"""Of "TX - Dallas" and "US-CA-San Jose". CA, CO, DE and IN alone may be countries."""
_AREA = re.compile(r"\bgreater\b|\b(?:metro(?:politan)?|bay)? ?area\b", re.IGNORECASE)
_CODE_BEHIND = re.compile(r"[\s.](?P<code>[A-Z]{2})$")
_NAME_BEHIND = re.compile(
    rf"(?:^|\s)(?P<name>{'|'.join(sorted(map(re.escape, _NAMES), key=len, reverse=True))})$"
)


def state(written: str) -> str | None:
    """A state's name; None where none is said, several are, or the place is in another country."""
    places = _PLACES.split(_AREA.sub(" ", written))
    found = {_of_place(each) for each in places if each.strip()}
    found.discard("")  # A place such as "remote" says nothing.
    return STATES[code] if len(found) == 1 and (code := found.pop()) else None


def abroad(written: str) -> bool:
    """Whether a place in another country is named, and none in a state."""
    places = [each for each in _PLACES.split(written) if each.strip()]
    return not any(map(_of_place, places)) and any(map(_is_abroad, places))


def in_the_united_states(country: str) -> bool:
    """Whether a country's name or code is theirs, or that of a territory with a postal code."""
    return _plain(country) in _HERE or _plain(country) in ("pr", "puerto rico", "gu", "guam", "vi")


def _is_abroad(place: str) -> bool:
    """A place with more than a town, in no state, is in the country that it ends with."""
    parts = [_plain(part) for part in _PARTS.split(_ZIP.sub(" ", place)) if _plain(part)]
    if _CANADIAN_POST.search(place) or {*parts} & {*_CANADA, "canada"}:
        return True
    elsewhere = len(parts) > 1 and _of_place(place) is None and not _in_several(place)
    return elsewhere and parts[-1] not in _HERE


def _of_place(written: str) -> str | None:
    """The code of one place's state; "" where it names no place, None where that is elsewhere."""
    if _CANADIAN_POST.search(written) or _CODE_BEHIND_ZIP.search(written) or _in_several(written):
        return None
    inverted = _INVERTED.match(written.strip())
    if inverted and inverted["code"] in STATES:
        return inverted["code"]
    with_zip = _ZIP.search(written)
    parts = [part for part in _PARTS.split(_ZIP.sub(" ", written)) if _plain(part)]
    named = [part for part in parts if _plain(part) not in _NO_PLACE]
    here = False
    while named and _plain(named[-1]) in _HERE:
        named.pop()
        here = True
    if not named:
        return ""
    last = _plain(named[-1])
    if last == "ca" and len(named) > 1 and _plain(named[-2]) in _CANADA - {"ontario"}:
        return None  # "Toronto, ON, CA" ends in a country.
    if last == "ca" and len(named) > 2 and _plain(named[-2]) == "ontario":
        return None
    if last == "in" and len(named) > 2:
        return None  # "Pune, Maharashtra, IN" does, too.
    code = _code(named[-1], alone=len(named) == 1 and not here and not with_zip)
    if code or not here:
        return code
    return next((code for part in reversed(named[:-1]) if (code := _code(part, False))), None)


def _in_several(written: str) -> bool:
    """Whether one place is in several states: "TX, OK", "Ohio and Utah", "St. Louis, MO/IL"."""
    ends = [part.split()[-1] for part in _PARTS.split(written) if part.split()]
    codes = {end for end in ends if end in STATES}
    beside = [_PARTS.split(each.strip(" ()"))[-1] for each in _SEVERAL.split(written)]
    states = {code for each in beside if each and (code := _code(each, alone=True))}
    return len(codes) > 1 or len(states) > 1


def _code(part: str, alone: bool) -> str | None:
    """The state that a part between commas is or ends in: "Oregon", "OR", "Austin TX"."""
    plain = _plain(part)
    if plain.upper() in STATES and (not alone or part.strip(" .").isupper()):
        return plain.upper()
    if plain in _NAMES:
        return _NAMES[plain]
    behind = _CODE_BEHIND.search(part.strip(" ."))
    if behind and behind["code"] in STATES:
        return behind["code"]
    named = _NAME_BEHIND.search(plain)
    # "North Virginia" is a part of it, "New Mexico" no Mexico, "Fort Washington" a town.
    if named and named["name"] not in ("washington", "georgia", "virgin islands", *_SHORT):
        return _NAMES[named["name"]]
    return None


def _plain(part: str) -> str:
    return " ".join(part.lower().replace(".", " ").replace("-", " ").replace("%", " ").split())
