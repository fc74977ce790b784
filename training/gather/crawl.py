"""Runs the spider: politely, within a budget, and on from where it was interrupted.

What is left to do is kept in `crawl/queue`, by Scrapy. What was fetched is kept in `crawl/pages`,
so that a later crawl asks for a page only if it has changed.
"""

import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scrapy import signals
from scrapy.crawler import CrawlerProcess
from twisted.python.failure import Failure

from training.gather.spider import ROBOT, PostingSpider
from training.gather.store import Store
from training.gathered import Gathered

_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "training.gather.manners.LeavesPeopleAlone": 60,
    "training.gather.manners.ObeysRobots": 100,
    "training.gather.manners.WaitsAsAsked": 550,
    # Behind what keeps pages (900), which looks into them.
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 950,
}


@dataclass(frozen=True)
class Plan:
    """What to crawl, and how. `delay` is in seconds between two requests to a site.

    `budget` is how many addresses are asked for at most in this run. `contact` is where the owner
    of a site reaches who crawls it. `licence` notes what may be done with what is found.
    """

    sitemaps: Sequence[str]
    listings: Sequence[str]
    pages: Sequence[str]
    contact: str
    licence: str
    delay: float
    budget: int


@dataclass(frozen=True)
class Crawled:
    """How it ended ("finished", "budget", or "interrupted"), and what was met on the way.

    `read` counts the addresses that were read, `failed` those that could not be, by why: an HTTP
    status, or an error's name. `empty` are sitemaps that name nothing, or are none.
    """

    ended: str
    asked: int
    read: int
    unchanged: int
    forbidden: int
    elsewhere: int
    broken: int
    empty: int
    people: int
    failed: Mapping[str, int]

    @property
    def in_vain(self) -> bool:
        """Whether nothing could be read of what was asked for."""
        return not self.read and bool(self.failed)

    def text(self) -> str:
        """Some lines for people."""
        left = "" if self.ended == "finished" else "; the same command goes on from here"
        return (
            f"crawl: {self.ended}{left}\n"
            f"asked for {self.asked} pages, {self.unchanged} unchanged since the last time; "
            f"{self.forbidden} forbidden by robots.txt; "
            f"{self.broken} scripts of JSON-LD that cannot be read; "
            f"{self.people} pages about a person, of which nothing is kept"
            f"{self._further()}"
        )

    def _further(self) -> str:
        """A line of what went wrong, where something did."""
        why = ", ".join(f"{reason}: {n}" for reason, n in sorted(self.failed.items()))
        told = [
            f"{sum(self.failed.values())} could not be read ({why})" if why else "",
            f"{self.elsewhere} on other sites, left out" if self.elsewhere else "",
            f"{self.empty} sitemaps that name no page" if self.empty else "",
        ]
        return "\n" + "; ".join(filter(None, told)) if any(told) else ""


def crawl(plan: Plan, store: Store, directory: Path) -> Crawled:
    """Adds the postings that it finds. Runs once in a process; an interrupt ends it in order."""
    queue, running = directory / "queue", directory / "running"
    directory.mkdir(parents=True, exist_ok=True)
    if running.exists():
        # It was killed: Scrapy's queue lacks what was on the way. All is asked for again, and
        # what has not changed since is not sent again.
        shutil.rmtree(queue, ignore_errors=True)
    running.touch()
    logging.getLogger("scrapy").setLevel(logging.WARNING)
    process = CrawlerProcess(_settings(plan, directory))
    crawler = process.create_crawler(PostingSpider)
    reasons: list[str] = []

    def keep(item: Gathered) -> None:
        store.add(item)

    def closed(reason: str) -> None:
        reasons.append(reason)

    def broke(failure: Failure) -> None:
        crawler.spider.failed[type(failure.value).__name__] += 1

    crawler.signals.connect(keep, signals.item_scraped)
    crawler.signals.connect(broke, signals.spider_error)
    crawler.signals.connect(closed, signals.spider_closed)
    process.crawl(
        crawler, sitemaps=plan.sitemaps, listings=plan.listings, pages=plan.pages,
        licence=plan.licence,
    )  # fmt: skip
    process.start()
    reason = reasons[-1] if reasons else "interrupted"
    if reason == "finished":
        shutil.rmtree(queue, ignore_errors=True)
    if reasons:
        running.unlink()
    count = partial(crawler.stats.get_value, default=0)
    fresh = count("httpcache/hit")
    seen = crawler.spider.seen
    return Crawled(
        ended="interrupted" if reason == "shutdown" else reason,
        asked=count("downloader/request_count") - fresh,
        unchanged=count("httpcache/revalidate") + fresh,
        forbidden=count("robotstxt/forbidden"),
        broken=seen["broken"],
        people=seen["people"],
        read=seen["read"],
        empty=seen["empty"],
        elsewhere=count("offsite/filtered"),
        failed=crawler.spider.failed,
    )


def _settings(plan: Plan, directory: Path) -> dict[str, object]:
    return {
        "USER_AGENT": f"{ROBOT}/0.1 (+{plan.contact})",
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": ROBOT,
        "DOWNLOAD_DELAY": plan.delay,
        "DOWNLOAD_DELAY_JITTER": 0,
        "CONCURRENT_REQUESTS": 8,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "SCHEDULER": "training.gather.manners.KeepsToBudget",
        "GATHER_BUDGET": plan.budget,
        "JOBDIR": str(directory / "queue"),
        "HTTPCACHE_ENABLED": True,
        "HTTPCACHE_DIR": str((directory / "pages").resolve()),
        "HTTPCACHE_POLICY": "training.gather.manners.KeepsNobody",
        "HTTPCACHE_GZIP": True,
        "DOWNLOADER_MIDDLEWARES": _MIDDLEWARES,
        "RETRY_TIMES": 3,
        "REDIRECT_MAX_TIMES": 5,
        "DOWNLOAD_TIMEOUT": 30,
        "DOWNLOAD_MAXSIZE": 5 * 2**20,
        "DOWNLOAD_WARNSIZE": 0,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
    }
