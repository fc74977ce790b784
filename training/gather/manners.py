"""How the spider behaves on other people's sites, where Scrapy's own settings leave it open."""

import asyncio
from email.utils import parsedate_to_datetime
from time import monotonic, time

from scrapy.core.scheduler import Scheduler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spiders import Spider

from training.gather.spider import of_people

LONGEST_WAIT = 300
"""Seconds that a site may ask to be left alone; where it asks for more, the page is given up."""


class WaitsAsAsked(RetryMiddleware):  # type: ignore[misc]
    """After a 429 or 503 with `Retry-After`, the whole site is left alone for so long."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Tries again later what the site refused, as often as other failures."""
        seconds = _retry_after(response)
        if seconds and response.status in (429, 503):
            self.crawler.stats.inc_value("gather/waits")
            if seconds > LONGEST_WAIT:
                return response
            slot = self.crawler.engine.downloader.slots.get(request.meta.get("download_slot"))
            if slot:  # The site's next request goes out its delay after this.
                slot.lastseen = max(slot.lastseen, monotonic() + seconds)
        return super().process_response(request, response)


def _retry_after(response: Response) -> float:
    """Seconds; 0 where nothing of use is said."""
    said = response.headers.get("Retry-After", b"").decode("latin-1").strip()
    if said.isdigit():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time())
    except ValueError:
        return 0.0


class ObeysRobots(RobotsTxtMiddleware):  # type: ignore[misc]
    """Also keeps the delay that robots.txt asks for; a site whose robots.txt fails is left alone.

    So does RFC 9309, section 2.3.1.4, say.
    """

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            response = response.replace(status=200, body=b"User-agent: *\nDisallow: /\n")
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


class LeavesPeopleAlone:
    """No resume is asked for, wherever a link or a redirect leads."""

    def process_request(self, request: Request) -> None:
        """Raises `IgnoreRequest` for an address of somebody's resume."""
        if of_people(request.url):
            raise IgnoreRequest("somebody's resume")


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
