"""schema.org's JobPosting → a gathered record. https://schema.org/JobPosting"""

from collections.abc import Iterable, Iterator

from parsel import Selector

from training.gather.structured_data import Item, items
from training.gathered import Gathered
from training.processing.location import ABROAD, in_the_united_states

_LONGEST = 100_000
"""Characters of a description; a page that has more is no posting."""
_MOST_PLACES = 20


def postings(page: Selector, source: str, licence: str, fetched: str) -> tuple[list[Gathered], int]:
    """The postings of a page, each once, and how many of its JSON-LD scripts are broken.

    What a page says of its own licence goes before `licence`.
    """
    found, broken = items(page, "JobPosting")
    own = page.xpath("//link[contains(concat(' ', @rel, ' '), ' license ')]/@href").get()
    made: dict[str, Gathered] = {}
    for item in found:
        record = Gathered(
            kind="posting", source=source, licence=_text(item.get("license")) or own or licence,
            fetched=fetched, **_content(item),
        )  # fmt: skip
        # Sites repeat a posting as microdata: it counts once where title and text are the same.
        if record.title and record.description:
            made.setdefault(f"{record.title}\n{record.description}", record)
    return list(made.values()), broken


def _content(item: Item) -> dict[str, str]:
    return {
        "title": _text(item.get("title") or item.get("name")),
        "description": _joined(
            item.get(part)
            for part in ("description", "responsibilities", "qualifications", "skills")
        ),
        "employer": _text(item.get("hiringOrganization"), _NAMES),
        "location": "; ".join(_places(item)),
        "salary": _pay(item.get("baseSalary"), _text(item.get("salaryCurrency")))
        or _pay(item.get("estimatedSalary"), ""),
        "education": _schooling(item.get("educationRequirements")),
        "start": _text(item.get("datePosted")),
        "end": _text(item.get("validThrough")),
    }


_NAMES = ("name", "@value", "value", "legalName")


def _text(value: object, keys: tuple[str, ...] = (*_NAMES, "@id")) -> str:
    """The first text of a value; of an item what the first of these keys has."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value).strip()[:_LONGEST]
    if isinstance(value, list):
        return next((text for each in value if (text := _text(each, keys))), "")
    if isinstance(value, dict):
        of = (value.get(key) for key in keys)
        return next((text for each in of if (text := _text(each, keys))), "")
    return ""


def _joined(values: Iterable[object]) -> str:
    """Texts that are not in one before, one below the other."""
    kept = ""
    for each in values:
        for part in each if isinstance(each, list) else [each]:
            text = _text(part)
            if text and text not in kept:
                kept = f"{kept}\n{text}" if kept else text
    return kept[:_LONGEST]


def _every(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _places(item: Item) -> Iterator[str]:
    """Each place as "town, region, postal code, country"; of another country, it says so.

    Otherwise Germany's "DE" would be Delaware.
    """
    for place in _every(item.get("jobLocation"))[:_MOST_PLACES]:
        of = place.get("address") or place.get("name") if isinstance(place, dict) else place
        for address in _every(of):
            parts = ("addressLocality", "addressRegion", "postalCode", "addressCountry")
            told = [_text(address.get(part)) for part in parts] if isinstance(address, dict) else []
            text = ", ".join(filter(None, told)) or _text(address)
            if text:
                away = bool(told and told[-1]) and not in_the_united_states(told[-1])
                yield f"{text} ({ABROAD})" if away else text
    if "TELECOMMUTE" in _text(item.get("jobLocationType")).upper():
        yield "Remote"


def _pay(value: object, currency: str) -> str:
    """A MonetaryAmount as "USD 40000-50000 YEAR"; a plain text as it stands.

    `currency` is that of an amount which has none of its own.
    """
    value = next(iter(_every(value)), None)
    if not isinstance(value, dict):
        return f"{currency} {_text(value)}".strip() if _text(value) else ""
    amount = next(iter(_every(value.get("value"))), None)
    inner = amount if isinstance(amount, dict) else value
    least, most = (_text(inner.get(key)) for key in ("minValue", "maxValue"))
    # An estimate has percentiles instead.
    least, most = (
        least or _text(inner.get("percentile25")),
        most or _text(inner.get("percentile75")),
    )
    exact = _text(inner.get("value")) if isinstance(amount, dict) else _text(amount)
    if least and most:
        numbers = f"{least}-{most}"
    else:
        numbers = exact or _text(inner.get("median")) or least or most
    if not numbers:
        return ""
    unit = _text(inner.get("unitText")) or _text(value.get("unitText")) or _of_duration(value)
    currency = _text(value.get("currency")) or _text(inner.get("currency")) or currency
    open_ended = {least: "from", most: "up to"}.get(numbers, "") if numbers != exact else ""
    return " ".join(filter(None, [open_ended, currency, numbers, unit]))


def _of_duration(value: Item) -> str:
    """Of an estimate: "P1Y" is ISO 8601's way to say a year."""
    named = {"P1Y": "YEAR", "P1M": "MONTH", "P1W": "WEEK", "P1D": "DAY", "PT1H": "HOUR"}
    return named.get(_text(value.get("duration")), "")


def _schooling(value: object) -> str:
    told: list[str] = []
    for each in _every(value):
        keys = ("credentialCategory", "educationalLevel", "about", "description", "name")
        told += [_text(each.get(key)) for key in keys] if isinstance(each, dict) else [_text(each)]
    return "; ".join(dict.fromkeys(filter(None, told)))
