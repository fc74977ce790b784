"""What a page says in schema.org's words, as JSON-LD or as microdata.

Both come as JSON-LD has them: a dict with "@type" and properties, whose values are texts, numbers,
such dicts, or lists of them.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from parsel import Selector

Item = dict[str, Any]

_AROUND = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|"
                     r"(?:-->|//\s*\]\]>|\]\]>|/\*\s*\]\]>\s*\*/)\s*$|;\s*$")  # fmt: skip
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|/\*.*?\*/|(?:^|(?<=[\s,{\[]))//[^\n]*', re.DOTALL)
_DEEPEST = 30
"""Levels of nesting that are looked into."""
_ADDRESSES = {"a": "href", "link": "href", "area": "href", "img": "src", "audio": "src",
              "embed": "src", "iframe": "src", "source": "src", "video": "src", "object": "data",
              "meta": "content", "data": "value", "meter": "value", "time": "datetime"}  # fmt: skip


def items(page: Selector, kind: str) -> tuple[list[Item], int]:
    """All items of one type on a page, and how many JSON-LD scripts could not be read."""
    found: list[Item] = []
    broken = 0
    for script in page.xpath("//script[contains(@type, 'ld+json')]/text()").getall():
        try:
            said = _read(script)
            if of_kind := list(_of_type(said, kind)):
                told = [each for each in _dicts(said) if "@id" in each and len(each) > 1]
                named = {str(each["@id"]): each for each in told}
                found += [_with_named(item, named) for item in of_kind]
        except (ValueError, RecursionError):
            broken += 1
    found += [item for item in map(_item, _tops(page, kind)) if item]
    return found, broken


def main_types(page: Selector) -> set[str]:
    """The types of what a page is about: not of what it only names on the way.

    In JSON-LD that is what stands alone in a script, or in a list, and what is called the main
    entity of something; in a graph, everything but persons, whom it names as authors.
    """
    kinds: set[str] = set()
    for script in page.xpath("//script[contains(@type, 'ld+json')]/text()").getall():
        try:
            kinds |= _main_of(_read(script))
        except (ValueError, RecursionError):
            continue
    for scope in page.xpath("//*[@itemtype and not(@itemprop)]/@itemtype").getall():
        kinds |= set(map(_plain, scope.split()))
    return kinds


def _main_of(value: object) -> set[str]:
    kinds: set[str] = set()
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, dict):
            continue
        graph = item.get("@graph")
        members = graph if isinstance(graph, list) else []
        kinds |= _types(item) | set().union(*map(_types, members)) - {"Person"}
        by_id = {str(each.get("@id")): each for each in members if isinstance(each, dict)}
        for each in (item, *members):
            main = each.get("mainEntity") if isinstance(each, dict) else None
            if isinstance(main, dict):
                kinds |= _types(main) | _types(by_id.get(str(main.get("@id"))))
    return kinds


def has_type(item: object, kind: str) -> bool:
    """Whether an item is of a type: "JobPosting", "http://schema.org/JobPosting", or a list."""
    return kind in _types(item)


def _types(item: object) -> set[str]:
    kinds = item.get("@type") if isinstance(item, dict) else None
    every = kinds if isinstance(kinds, list) else [kinds]
    return {_plain(each) for each in every if isinstance(each, str)}


def _plain(kind: str) -> str:
    return re.split("[/#:]", kind)[-1]


def _read(script: str) -> object:
    """JSON, forgiving what sites get wrong most. Raises `ValueError` for the rest."""
    text = _AROUND.sub("", _AROUND.sub("", script.strip().lstrip("\ufeff")))
    try:
        return json.loads(text, strict=False)  # Line breaks within texts are common.
    except ValueError:
        without = _COMMENT.sub(lambda hit: hit[1] or " ", text)
        return json.loads(_TRAILING_COMMA.sub(lambda hit: hit[1] or "", without), strict=False)


def _of_type(value: object, kind: str, depth: int = 0) -> Iterator[Item]:
    """Wherever they are: alone, in a list, in "@graph", as the main entity of something else."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict) and has_type(value, kind):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _of_type(each, kind, depth + 1)


def _dicts(value: object, depth: int = 0) -> Iterator[Item]:
    """All that lie in one another."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _dicts(each, depth + 1)


def _with_named(item: Item, named: dict[str, Item]) -> Item:
    """The item with those of its values in full that are only named: {"@id": "#employer"}."""

    def full(value: object) -> object:
        if isinstance(value, list):
            return list(map(full, value))
        only_named = isinstance(value, dict) and value.keys() == {"@id"}
        return named.get(str(value["@id"]), value) if only_named else value

    return {key: full(value) for key, value in item.items()}


def _tops(page: Selector, kind: str) -> Iterator[etree._Element]:
    for scope in page.xpath("//*[@itemscope][@itemtype]"):
        if has_type({"@type": scope.attrib["itemtype"].split()}, kind):
            yield scope.root


def _item(scope: etree._Element, depth: int = 0) -> Item:
    """The properties of an element with `itemscope`."""
    found: Item = {"@type": scope.get("itemtype", "").split()}
    if depth > _DEEPEST:
        return found
    for element in _property_elements(scope):
        nested = element.get("itemscope") is not None
        value = _item(element, depth + 1) if nested else _value(element)
        for name in element.get("itemprop", "").split():
            if name in found:
                before = found[name] if isinstance(found[name], list) else [found[name]]
                found[name] = [*before, value]
            else:
                found[name] = value
    return found


def _property_elements(scope: etree._Element) -> Iterator[etree._Element]:
    """In the order of the page; also those that `itemref` names. Nested items keep their own."""
    waiting = list(reversed(scope))
    for id in reversed(scope.get("itemref", "").split()):
        waiting += [each for each in scope.getroottree().iter() if each.get("id") == id]
    while waiting:
        element = waiting.pop()
        if not isinstance(element.tag, str):
            continue
        if element.get("itemprop"):
            yield element
        if element.get("itemscope") is None:
            waiting.extend(reversed(element))


def _value(element: etree._Element) -> str:
    """Markup within stays: what reads the value cleans it."""
    if element.get("content") is not None:
        return str(element.get("content"))
    attribute = _ADDRESSES.get(str(element.tag))
    if attribute and element.get(attribute) is not None:
        return str(element.get(attribute))
    inside = [element.text or "", *(etree.tostring(each, encoding="unicode") for each in element)]
    return "".join(inside).strip()
