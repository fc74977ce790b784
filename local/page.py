"""The files of web/ as they are served: what is there, of which type, with which headers."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

WEB = Path(__file__).parent.parent / "web"
METHODS = ("GET", "HEAD")
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    "LICENSE": "text/plain; charset=utf-8",
}
"""By the end of a file's name, or by its whole name."""
HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # The page itself says what it may load; a browser takes this from a header alone.
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True)
class File:
    """What a path answers."""

    content: bytes
    media_type: str


def media_type_of(file: Path) -> str | None:
    """None for what is no file of a page."""
    return MEDIA_TYPES.get(file.suffix or file.name)


def find(path: str) -> File | None:
    """The file at a path of a URL; None where there is none, or it is of a type the page lacks."""
    try:
        file = (WEB / unquote(path).lstrip("/")).resolve()
        if path == "/":
            file = WEB.resolve() / "index.html"
        media_type = media_type_of(file)
        if media_type is None or not file.is_relative_to(WEB.resolve()) or not file.is_file():
            return None
        return File(file.read_bytes(), media_type)
    except (OSError, ValueError):  # A name too long, or with a NUL.
        return None
