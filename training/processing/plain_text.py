"""Markup and bytes read wrongly → plain text: one block or list item of the markup a line."""

import html
import re
import unicodedata
from contextlib import suppress

from ftfy import fix_encoding
from lxml import html as parser
from lxml.etree import ParserError

_BLOCKS = """address article aside blockquote dd div dl dt fieldset figure footer form h1 h2 h3 h4
h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead tr ul""".split()
_INLINE = """a abbr b big body br center cite code del em font head html i img ins kbd label link
mark meta q s samp small span strike strong sub sup title tt u""".split()
_UNSEEN = "button iframe noscript object script select style svg template textarea".split()
_TAG = re.compile(
    rf"<(?:!--|!doctype|\?xml|/?(?:{'|'.join([*_BLOCKS, *_INLINE, *_UNSEEN])})(?=[\s/>]))",
    re.IGNORECASE,
)
_NO_TAG = re.compile(rf"<(?!{_TAG.pattern[1:]})", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_DEEP = 200
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_MOST_ESCAPES = 3
"""How often a text may be escaped over again: sites escape their HTML once for JSON, some twice."""
_MAY_BE_MISREAD = re.compile(r"[\u00c2-\u00f4Γ]")
"""First bytes of letters in UTF-8, as Latin-1, Windows-1252 or code page 437 show them."""
_UNPRINTED = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]"
)
_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_AROUND_BREAKS = re.compile(r" *\n[ \n]*")


def plain_text(raw: str) -> str:
    """The text that a reader sees. Never raises; plain text that is right stays as it is."""
    if not raw:
        return ""
    text = raw.encode("utf-8", "replace").decode("utf-8")  # Half a surrogate pair is no text.
    text = _LINE_BREAKS.sub("\n", text)
    for _ in range(_MOST_ESCAPES):
        if "<" in text and _TAG.search(text):
            text = _without_tags(text)
        unescaped = html.unescape(text) if "&" in text and _ENTITY.search(text) else text
        if unescaped == text:
            break
        text = unescaped
    if not text.isascii():
        text = fix_encoding(text) if _MAY_BE_MISREAD.search(text) else text
        text = unicodedata.normalize("NFC", text)
    text = _UNPRINTED.sub("", _LINE_BREAKS.sub("\n", text))
    return _AROUND_BREAKS.sub("\n", _SPACES.sub(" ", text)).strip()


def one_line(raw: str) -> str:
    """`plain_text` on one line: for titles, names and places."""
    return " ".join(plain_text(raw).split())


def _without_tags(text: str) -> str:
    """The text between the tags. Entities are resolved once."""
    # "C<T>" and "a < b" are no tags: a parser would swallow them and what follows.
    marked = _NO_TAG.sub("&lt;", text).replace("\x00", "")
    if "<pre" not in marked.lower():
        marked = marked.replace("\n", " ")
    pieces: list[str] = []
    with suppress(ParserError, ValueError):
        _collect(parser.fromstring(f"<div>{marked}</div>"), pieces)
    seen = "".join(pieces)
    # Deeper than some 250 elements, the parser gives up and the text is gone.
    return seen if seen.strip() or text.count("<") < _DEEP else _ANY_TAG.sub(" ", text)


def _collect(root: parser.HtmlElement, pieces: list[str]) -> None:
    """Without recursion: pages nest deeper than Python's stack."""
    waiting: list[tuple[parser.HtmlElement, bool]] = [(root, False)]
    while waiting:
        element, left = waiting.pop()
        tag = element.tag if isinstance(element.tag, str) else "comment"
        around = "\n" if tag in _BLOCKS or tag == "br" else ""
        pieces.append(around)
        if left:
            pieces.append(element.tail or "")
            continue
        if tag in _UNSEEN or tag in ("comment", "title", "head"):
            pieces.append(element.tail or "")
            continue
        pieces.append(element.text or "")
        waiting.append((element, True))
        waiting.extend((child, False) for child in reversed(element))
