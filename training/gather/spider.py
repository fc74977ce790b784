"""The spider: from sitemaps, listings and pages to postings, and nowhere else."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from scrapy.http import Request, Response, TextResponse
from scrapy.spiders import SitemapSpider

from training.gather.job_posting import postings
from training.gather.people import page_of_a_person
from training.gathered import Gathered

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

    async def start(self) -> AsyncIterator[Request]:
        """What was given. A crawl that is resumed has seen it."""
        async for request in super().start():
            yield request
        for url in self.listings:
            yield Request(url, self.parse_listing)
        for url in self.pages:
            yield Request(url, self.parse_page)

    def parse_page(self, response: Response) -> Iterator[Gathered]:
        """The postings of a page."""
        if not isinstance(response, TextResponse) or "noindex" in _robots(response):
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
        if not isinstance(response, TextResponse) or "nofollow" in _robots(response):
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
            yield Request(url, self.parse_listing if turns or "next" in rel else self.parse_page)


_SCHEMES = ("http", "https")


def _robots(response: TextResponse) -> str:
    """What a page asks of robots, in its head or beside it."""
    header = b",".join(response.headers.getlist("X-Robots-Tag")).decode("latin-1")
    metas = response.xpath(
        "//meta[translate(@name, 'ROBTS', 'robts') = 'robots']/@content"
    ).getall()
    told = ",".join([header, *metas]).lower()
    return told.replace("none", "noindex,nofollow")
