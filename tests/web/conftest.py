"""The page in a real Chromium, on all functions as `make run` serves them, default models too."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.conftest import ROOT
from tests.local.test_local import local, submissions_of, wait_until_ready

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
WIDE = {"width": 1100, "height": 900}
SCREENSHOTS = ROOT / "build" / "screenshots"
PATIENCE = 30_000
"""Milliseconds until what should appear counts as missing."""
expect.set_options(timeout=PATIENCE)

STATUS = re.compile("Failed to load resource: the server responded with a status of [45]")
"""The browser's note of an answer such as 404, which the page handles."""


@pytest.fixture(scope="session")
def site_output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the site's output goes."""
    return tmp_path_factory.mktemp("site") / "output"


@pytest.fixture(scope="session")
def site_submissions(default_models: Path) -> Path:
    """Where the site keeps what is sent in."""
    return submissions_of(default_models)


@pytest.fixture(scope="session")
def site(default_models: Path, libraries: None, site_output: Path) -> Iterator[str]:
    """The page's address."""
    with local(default_models, site_output) as (port, process):
        wait_until_ready(process, site_output)
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert program, "the tests of the page need Chromium: run .ci/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS])
        yield browser
        browser.close()


class Watch:
    """What a page did that no test wants: errors, breaches of its policy, requests elsewhere."""

    def __init__(self, page: Page, origin: str) -> None:
        self.complaints: list[str] = []
        self.origin = origin
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not STATUS.match(message.text):
            self.complaints.append(message.text)

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme != "blob" and f"{address.scheme}://{address.netloc}/" != self.origin:
            self.complaints.append(f"asked {request.url}")


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Opens the page: `open_page("#title=cook", color_scheme="dark", faults=True)`.

    At the end, no page has an error on its console or has asked anybody but its own origin. With
    `faults`, errors are what the test is about.
    """
    contexts, watches = [], []

    def opened(
        fragment: str = "", *, at: str = site, faults: bool = False, **options: object
    ) -> Page:
        context = browser.new_context(
            **{"viewport": WIDE, "reduced_motion": "reduce", **options}  # type: ignore[arg-type]
        )
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        if not faults:
            watches.append(Watch(page, at))
        page.goto(at + fragment)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [complaint for watch in watches for complaint in watch.complaints] == []


@pytest.fixture
def keep() -> Callable[[Page, str], None]:
    """Keeps a picture of the whole page, for people to look at: build/screenshots/NAME.png."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def kept(page: Page, name: str, *, whole: bool = True) -> None:
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)

    return kept
