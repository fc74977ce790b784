"""The spider: from sitemaps, listings and pages to postings, and nowhere else."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse, Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.spiders import SitemapSpider
from twisted.python.failure import Failure

from training.gather.job_posting import postings
from training.gather.manners import SITEMAP
from training.gather.people import page_of_a_person
from training.gathered import Gathered

ROBOT = "CareerClimberBot"
"""What robots.txt and pages call it."""
LARGEST_SITEMAP = 50 * 2**20
"""Bytes, as https://www.sitemaps.org/protocol.html has it."""
_TURNS_THE_PAGE = {"page", "p", "pg", "offset", "start", "from", "skip", "paged"}


class PostingSpider(SitemapSpider):  # type: ignore[misc]
    """Yields the postings of the pages that sitemaps and listings lead to, on their own sites."""

    name = "postings"
    sitemap_rules = [("", "parse_page")]  # noqa: RUF012

    def __init__(
        self, sitemaps: Sequence[str], listings: Sequence[str], pages: Sequence[str], licence: str,
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(**options)
        self.sitemap_urls = sitemaps
        self.listings = listings
        self.pages = pages
        self.licence = licence
        every = [*sitemaps, *listings, *pages]
        self.allowed_domains = sorted({urlsplit(url).hostname or "" for url in every})
        self.seen: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()

    async def start(self) -> AsyncIterator[Request]:
        """What was given. A crawl that is resumed has seen it."""
        async for request in super().start():
            yield self._noted(request)
        for url in self.listings:
            yield self._noted(Request(url, self.parse_listing))
        for url in self.pages:
            yield self._noted(Request(url, self.parse_page))

    def _noted(self, request: Request) -> Request:
        """With what makes its failure known; of a sitemap, with room for all of it."""
        meta = dict(request.meta)
        if request.callback == self._parse_sitemap:
            meta |= {SITEMAP: True, "download_maxsize": LARGEST_SITEMAP}
        return request.replace(errback=self.note_failure, meta=meta)

    def note_failure(self, failure: Failure) -> None:
        """Counts why an address could not be read, unless it was left out on purpose."""
        error = failure.value
        if isinstance(error, HttpError):
            self.failed[str(error.response.status)] += 1
        elif not isinstance(error, IgnoreRequest):
            self.failed[type(error).__name__] += 1

    def _parse_sitemap(self, response: Response) -> Iterator[Request]:
        named = [self._noted(request) for request in super()._parse_sitemap(response)]
        self.seen["read"] += 1
        self.seen["empty"] += not named
        yield from named

    def parse_page(self, response: Response) -> Iterator[Gathered]:
        """The postings of a page."""
        self.seen["read"] += 1
        if not isinstance(response, HtmlResponse) or "noindex" in _robots(response):
            return
        if page_of_a_person(response.selector):
            self.seen["people"] += 1
            return
        now = datetime.now(UTC).isoformat(timespec="seconds")
        source = response.url.partition("#")[0]
        found, broken = postings(response.selector, source, self.licence, now)
        self.seen["broken"] += broken
        yield from found

    def parse_listing(self, response: Response) -> Iterator[Gathered | Request]:
        """The postings of a listing, the pages it links to on its site, and the listings after."""
        yield from self.parse_page(response)
        if not isinstance(response, HtmlResponse) or "nofollow" in _robots(response):
            return
        if page_of_a_person(response.selector):
            return
        for link in response.xpath("//a[@href] | //link[@rel='next'][@href]"):
            rel = link.attrib.get("rel", "").split()
            try:
                url = response.urljoin(link.attrib["href"].strip()).partition("#")[0]
                there = urlsplit(url)
            except ValueError:
                continue
            here = urlsplit(response.url)
            if "nofollow" in rel or there.netloc != here.netloc or there.scheme not in _SCHEMES:
                continue
            turns = there.path == here.path and _TURNS_THE_PAGE & {
                name.lower() for name, _ in parse_qsl(there.query)
            }
            listing = turns or "next" in rel
            yield self._noted(Request(url, self.parse_listing if listing else self.parse_page))


_SCHEMES = ("http", "https")


def _robots(response: HtmlResponse) -> set[str]:
    """What a page asks of robots, in its head or beside it, "none" taken apart.

    What it asks of other robots by their names in `X-Robots-Tag` is obeyed, too.
    """
    told = [each.decode("latin-1") for each in response.headers.getlist("X-Robots-Tag")]
    for meta in response.xpath("//meta[@name and @content]"):
        if meta.attrib["name"].strip().lower() in ("robots", ROBOT.lower()):
            told.append(meta.attrib["content"])
    directives = {_directive(each) for each in ",".join(told).lower().split(",")}
    return directives | ({"noindex", "nofollow"} if "none" in directives else set())


def _directive(told: str) -> str:
    """ "noindex", also of "somebot: noindex"; "" of one with a value: "max-image-preview:none"."""
    name, _, value = (each.strip() for each in told.rpartition(":"))
    return "" if name.startswith("max-") else value
