"""How the spider behaves on other people's sites, where Scrapy's own settings leave it open."""

import asyncio
from collections import defaultdict
from email.utils import parsedate_to_datetime
from time import monotonic, time
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.core.scheduler import Scheduler
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.httpcache import RFC2616Policy
from scrapy.http import HtmlResponse, Request, Response
from scrapy.robotstxt import RobotParser
from scrapy.spiders import Spider
from scrapy.utils.misc import build_from_crawler

from training.gather.people import address_of_people, page_of_a_person

SITEMAP = "sitemap"
"""In a request's `meta`: it is for a sitemap, or for a robots.txt that names some."""
LONGEST_WAIT = 300
"""Seconds that a site may ask to be left alone; where it asks for more, the page is given up."""

_REFUSED = (429, 503)
_CLOSED = b"User-agent: *\nDisallow: /\n"


class WaitsAsAsked(RetryMiddleware):  # type: ignore[misc]
    """After a 429 or 503 with `Retry-After`, the whole site is left alone for so long."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "WaitsAsAsked":
        """Listens for responses before the site's next request goes out."""
        made: WaitsAsAsked = super().from_crawler(crawler)
        crawler.signals.connect(made.pause, signals.response_downloaded)
        return made

    def pause(self, response: Response, request: Request) -> None:
        """Lets the site's next request wait as long as is asked for, and its delay."""
        seconds = _retry_after(response)
        slot = self.crawler.engine.downloader.slots.get(request.meta.get("download_slot"))
        if slot and response.status in _REFUSED and 0 < seconds <= LONGEST_WAIT:
            slot.lastseen = monotonic() + seconds
            slot.close()  # What was about to go out is put off, too.

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Tries again later what the site refused, as often as other failures."""
        if response.status in _REFUSED and _retry_after(response) > LONGEST_WAIT:
            return response
        return super().process_response(request, response)


def _retry_after(response: Response) -> float:
    """Seconds; 0 where nothing of use is said."""
    said = response.headers.get("Retry-After", b"").decode("latin-1").strip()
    if said.isdecimal():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time())
    except ValueError:
        return 0.0


class ObeysRobots(RobotsTxtMiddleware):  # type: ignore[misc]
    """Also keeps the delay that robots.txt asks for; a site whose robots.txt fails is left alone.

    Whether the server fails or cannot be reached, as RFC 9309, section 2.3.1.4, has it.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def process_request(self, request: Request) -> None:
        """Lets robots.txt itself be moved to another site (RFC 9309, section 2.3.1.2)."""
        if request.meta.get("dont_obey_robotstxt"):
            request.meta["allow_offsite"] = True
        await super().process_request(request)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of a request's site, which are asked for once.

        One request at a time: of several that wait together, Scrapy tells the rules to the first
        alone, and lets the others through.
        """
        async with self._asking[urlsplit(request.url).netloc]:
            return await super().robot_parser(request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            response = response.replace(status=200, body=_CLOSED)
        await super()._parse_robots(response, netloc, request)
        parser = self._parsers[netloc]
        wanted = parser.crawl_delay(self._robotstxt_useragent) or 0
        downloader = self.crawler.engine.downloader
        if wanted > self.crawler.settings.getfloat("DOWNLOAD_DELAY"):
            key = downloader.get_slot_key(request)
            delay = min(float(wanted), LONGEST_WAIT)
            downloader.per_slot_settings[key] = {"delay": delay}
            if key in downloader.slots:
                downloader.slots[key].delay = delay

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        super()._robots_error(exc, netloc)  # It says that everything is allowed.
        self._parsers[netloc] = build_from_crawler(self._parserimpl, self.crawler, _CLOSED)


class LeavesPeopleAlone:
    """No resume is asked for, wherever a link or a redirect leads."""

    def process_request(self, request: Request) -> None:
        """Raises `IgnoreRequest` for an address of somebody's resume."""
        if address_of_people(request.url):
            raise IgnoreRequest("somebody's resume")


class KeepsNobody(RFC2616Policy):  # type: ignore[misc]
    """What is kept to be asked for again by its `ETag`: sitemaps, and pages about no person.

    Nothing else: what is no page cannot be looked into.
    """

    def should_cache_response(self, response: Response, request: Request) -> bool:
        """Whether it may be kept. The body must not be compressed any more."""
        if not super().should_cache_response(response, request):
            return False
        if request.meta.get(SITEMAP) or request.meta.get("dont_obey_robotstxt"):
            return True
        return isinstance(response, HtmlResponse) and not page_of_a_person(response.selector)


class KeepsToBudget(Scheduler):  # type: ignore[misc]
    """Hands out so many requests at most, and leaves the others for the next run."""

    def open(self, spider: Spider) -> object:
        """Starts to count."""
        self._left = self.crawler.settings.getint("GATHER_BUDGET")
        self._closing: asyncio.Future[None] | None = None
        return super().open(spider)

    def next_request(self) -> Request | None:
        """None when the budget is spent; the crawl is then closed."""
        if self._left > 0:
            request = super().next_request()
            self._left -= bool(request)
            return request
        if self.has_pending_requests() and not self._closing:
            engine = self.crawler.engine
            self._closing = asyncio.ensure_future(engine.close_spider_async(reason="budget"))
        return None
