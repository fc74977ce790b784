"""What is written of pay → US dollars a year."""

import re
from dataclasses import dataclass

HOURS, WEEKS, DAYS, MONTHS = 2080, 52, 260, 12
"""Of a year of full-time work, as the Bureau of Labor Statistics counts it."""
LEAST, MOST = 8_000, 2_000_000
"""Dollars a year. Outside of these the unit is wrong, or it is no pay."""
SURELY_AN_HOURS, SURELY_A_YEARS = 150, 10_000
"""Dollars: less than the one, and not less than the other, need no unit."""

LONGEST = 500
"""Characters that are read: pay is said at the beginning, and matching takes their square."""

_CURRENCY = r"(?:US\s?\$|USD|\$)"
_NUMBER = r"\d{1,3}(?:[,'\u2019 ]\d{3})+(?:\.\d{1,4})?|\d+(?:\.\d+)?"
_AMOUNT = re.compile(
    rf"(?P<before>{_CURRENCY})?\s?(?<![\w.,])(?P<number>{_NUMBER})"
    rf"(?:\s?(?P<k>k)(?![a-z]))?(?P<percent>\s?%)?(?:\s?(?P<after>USD|dollars?)\b)?",
    re.IGNORECASE,
)
_TO = re.compile(r"\s*(?:[-‐-—~]|to|and|up to|through)\s*", re.IGNORECASE)
_TO_BEHIND_A_UNIT = re.compile(rf"[^\d$]{{0,16}}?{_TO.pattern}", re.IGNORECASE)
_FOREIGN = re.compile(
    r"[£€₹¥₩₱₺₪₴₦₫฿]|\b(?:CA|C|AU?|NZ|HK|S|MX|R)\$|"
    r"\b(?:GBP|EUR|INR|CAD|AUD|NZD|CHF|JPY|CNY|RMB|SGD|HKD|MXN|BRL|ZAR|SEK|NOK|DKK|PLN|PHP|AED|LPA)\b"
    r"|\b(?:rupees?|euros?|pounds?|lakhs?|pesos?|francs?|rand|zloty|kronor|kroner|yen|yuan)\b"
    r"|\bRs\b|\bR(?=\d)|\d\s?(?:kr|zł|Kč|Ft|lei)(?!\w)",
    re.IGNORECASE,
)
_CODES = "|".join(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL "
    "GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF "
    "KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN "
    "MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD "
    "SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH "
    "UGX UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG".split()
)
"""ISO 4217's codes of national currencies, without US dollars."""
_FOREIGN_CODE = re.compile(rf"\b(?:{_CODES})(?=\s?\d)|(?<=\d)\s?(?:{_CODES})\b")
"""Beside an amount, in capitals: many are words, too."""
_UNITS = [
    (re.compile(pattern, re.IGNORECASE), times)
    for pattern, times in (
        (r"\b(?:bi[- ]?weekly|every (?:two|2|other) weeks?|fortnight(?:ly)?)\b", WEEKS / 2),
        (r"\b(?:semi[- ]?monthly|twice a month)\b", MONTHS * 2),
        (r"(?:\b(?:per|an?|each|every|by the)\s|/\s?|\bp\.?)h(?:ou)?rs?\b|\bhourly\b|\bHOUR\b"
         r"|\bph\b|/\s?h\b", HOURS),
        (r"(?:\b(?:per|an?|each|every)\s|/\s?)(?:day|diem)\b|\bdaily\b|\bDAY\b", DAYS),
        (r"(?:\b(?:per|an?|each|every)\s|/\s?)(?:week|wk)\b|\bweekly\b|\bWEEK\b", WEEKS),
        (r"(?:\b(?:per|an?|each|every)\s|/\s?)(?:month|mo)\b|\bmonthly\b|\bMONTH\b", MONTHS),
        (r"(?:\b(?:per|an?|each|every)\s|/\s?)(?:year|yr|annum|y)\b|\b(?:yearly|annual(?:ly)?|pa|p\.a\.)"
         r"(?!\w)|\bYEAR\b", 1),
    )
]  # fmt: skip
_PER_SOMETHING = re.compile(r"\s*(?:/|\b(?:per|an?|each)\b)\s*[^\W\d_]", re.IGNORECASE)
_PAID = re.compile(r"\b(?:paid|payable|payroll|pay ?checks?)\s+[a-z -]+", re.IGNORECASE)
_ONLY_MOST = re.compile(r"(?:up to|max(?:imum)?(?: of)?|no more than|under)[\s:]*$", re.IGNORECASE)
_ONLY_LEAST = re.compile(
    r"(?:from|min(?:imum)?(?: of)?|at least|starting(?: at| from)?|starts at|over)[\s:]*$",
    re.IGNORECASE,
)
_EXTRA = re.compile(
    r"^[\s-]{0,3}(?!plus|and|with)(?:[a-z]+[- ]){0,3}?"
    r"(?:bonus|sign[- ]?on|relocation|referral)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Pay:
    """US dollars a year. One of the two is None where only the other is said; both, if nothing."""

    low: int | None = None
    high: int | None = None

    @property
    def middle(self) -> float | None:
        """None where only one end is said, or nothing."""
        return None if self.low is None or self.high is None else (self.low + self.high) / 2


NOTHING = Pay()


def yearly(written: str, dollars_are_american: bool = True) -> Pay:
    """The first amount or range in a text on pay; `NOTHING` where it says none, or not in dollars.

    Without a unit, 10,000 and more is a year's, less than 150 an hour's; between them it could be
    a day's, a week's or a month's, and is not guessed. `dollars_are_american` says whether "$" and
    bare numbers are meant for US dollars: it is not so in Canada.
    """
    written = written[:LONGEST]
    if _FOREIGN.search(written) or _FOREIGN_CODE.search(written):
        return NOTHING
    american = dollars_are_american or re.search(r"\bUSD\b|\bUS\s?\$", written)
    if not american:
        return NOTHING
    amounts = [each for each in _AMOUNT.finditer(written) if _may_be_pay(written, each)]
    marked = [each for each in amounts if _is_marked(written, each)]
    amounts = marked or [each for each in amounts if _is_bare_pay(written, each)]
    if not amounts:
        return NOTHING
    first = amounts[0]
    second = _second_of_range(written, first)
    end = second.end() if second else first.end()
    numbers = [_dollars(each) for each in (first, second) if each]
    if second:
        numbers = _with_k_for_both(numbers, first, second)
    if _by_the_piece(written[end:]):
        return NOTHING
    if max(numbers) >= SURELY_A_YEARS:  # "$75k (paid biweekly)"
        written = written[:end] + _PAID.sub("", written[end:])
    times = _unit(written, first.start(), end)
    per_year = [_a_year(number, times, max(numbers)) for number in numbers]
    known = [each for each in per_year if each is not None]
    if len(known) < len(numbers):
        return NOTHING
    before = written[: first.start()]
    if len(known) == 1 and _ONLY_MOST.search(before):
        return Pay(None, known[0])
    if len(known) == 1 and (_ONLY_LEAST.search(before) or written[end : end + 1] == "+"):
        return Pay(known[0], None)
    return Pay(min(known), max(known))


def _may_be_pay(written: str, amount: "re.Match[str]") -> bool:
    """No percentage, no 401(k), no bonus beside the pay."""
    after = written[amount.end() :]
    plan = amount["number"] == "401" and (amount["k"] or after.lower().startswith("(k"))
    return not plan and not amount["percent"] and not _EXTRA.match(after)


def _is_marked(written: str, amount: "re.Match[str]") -> bool:
    """Whether it says dollars, or the other end of its range does: "25-30 USD"."""
    second = _second_of_range(written, amount)
    return bool(amount["before"] or amount["after"] or (second and second["after"]))


def _is_bare_pay(written: str, amount: "re.Match[str]") -> bool:
    """Whether a number without a currency is meant for money."""
    if amount["k"] or _ends_in_thousands(written, amount):
        return True
    if any(unit.search(written) for unit, _ in _UNITS):
        return True
    return _dollars(amount) >= SURELY_A_YEARS and not re.search(r"[^\W\d_]{4}", written)


def _ends_in_thousands(written: str, first: "re.Match[str]") -> bool:
    """Whether it begins a range such as "80-95k"; not the 3 of "level 3 - 85k"."""
    second = _second_of_range(written, first)
    if not (second and second["k"] and _TO.fullmatch(written, first.end(), second.start())):
        return False
    return _with_k_for_both([_dollars(first), _dollars(second)], first, second)[0] >= LEAST


def _second_of_range(written: str, first: "re.Match[str]") -> "re.Match[str] | None":
    """ "$25/hr - $30/hr" has the unit in between."""
    end = first.end()
    between = _TO.match(written, end) or _TO_BEHIND_A_UNIT.match(written, end)
    if not between:
        return None
    second = _AMOUNT.match(written, between.end())
    # Some write 0 for what they do not say.
    return second if second and _may_be_pay(written, second) and _dollars(second) else None


def _dollars(amount: "re.Match[str]") -> float:
    number = re.sub(r"[,'\u2019 ]", "", amount["number"])
    if re.fullmatch(r"[1-9]\d{1,2}\.\d{3}", number):  # Thousands, as much of the world writes them.
        number = number.replace(".", "")
    return float(number) * (1000 if amount["k"] else 1)


def _with_k_for_both(
    numbers: list[float], first: "re.Match[str]", second: "re.Match[str]"
) -> list[float]:
    """ "80-95k" means thousands twice."""
    if second["k"] and not first["k"] and numbers[0] < 1000:
        return [numbers[0] * 1000, numbers[1]]
    if first["k"] and not second["k"] and numbers[1] < 1000:
        return [numbers[0], numbers[1] * 1000]
    return numbers


def _by_the_piece(behind: str) -> bool:
    """Whether an amount is for something else than a time: "per visit", "/shift"."""
    per = _PER_SOMETHING.match(behind)
    starts = (behind.lstrip(), behind.lstrip(" /"))
    return bool(per) and not any(unit.match(each) for unit, _ in _UNITS for each in starts)


def _unit(written: str, start: int, end: int) -> float | None:
    """Times a year of the unit that stands nearest behind the amount, or else before it."""
    for text in (written[end:], written[start:end], written[:start]):
        found = [(hit.start(), times) for unit, times in _UNITS if (hit := unit.search(text))]
        if found:
            return min(found)[1]
    return None


def _a_year(number: float, times: float | None, largest: float) -> int | None:
    if times is None and largest < SURELY_AN_HOURS:
        times = HOURS
    elif times is None and largest >= SURELY_A_YEARS:
        times = 1
    if times is None:
        return None
    dollars = number * times
    return round(dollars) if LEAST <= dollars <= MOST else None
