"""For everybody: axe-core finds nothing, the keyboard is enough, small screens too."""

import re

import pytest
from playwright.sync_api import expect

from local import vendor
from tests.conftest import ROOT
from tests.web.visits import ANALYST, tell, whole

AXE = vendor.Package(
    "axe-core", "4.14.1",
    "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    ("axe.min.js", "LICENSE"),
)  # fmt: skip
LINES_OF_WORDS = """cells => cells.flatMap((cell) =>
    [...cell.textContent.matchAll(/\\S+/g)].map(({ 0: word, index }) => {
        const range = document.createRange();
        range.setStart(cell.firstChild, index);
        range.setEnd(cell.firstChild, index + word.length);
        return [word, range.getClientRects().length];
    }))"""
"""Each word in the cells, and over how many lines it goes."""
PHONE = {
    "viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True,
    "has_touch": True,
}  # fmt: skip


@pytest.fixture(scope="session")
def axe():
    into = ROOT / ".cache" / "vendor"
    vendor.fetch((AXE,), into)
    return (vendor.folder(AXE, into) / "axe.min.js").read_text("utf-8")


def violations(page, axe):
    page.evaluate(axe)  # As the debugger has it: the page's policy allows no such script.
    found = page.evaluate("axe.run()")["violations"]
    return [(each["id"], node["html"], node["failureSummary"])
            for each in found for node in each["nodes"]]  # fmt: skip


@pytest.mark.parametrize(
    ("look", "options"), [("light", {}), ("phone-dark", {**PHONE, "color_scheme": "dark"})]
)
def test_axe_finds_nothing_anywhere(open_page, keep, axe, look, options):
    page = open_page(**options)
    tell(page, ANALYST).first.click()
    whole(page)
    page.locator("#consent summary").click()
    page.get_by_label("Your state").select_option("Ohio")
    assert violations(page, axe) == []
    keep(page, f"whole-{look}")
    page.locator("#title").get_by_role("button", name="Share").first.click()
    assert violations(page, axe) == []


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_is_wider_than_a_small_screen(open_page, width):
    page = open_page(viewport={"width": width, "height": 800})
    tell(page, ANALYST).first.click()
    whole(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_long_title_is_not_wider_than_a_small_screen(open_page):
    page = open_page("#title=" + "a" * 150, viewport={"width": 320, "height": 800})
    expect(page.locator("#skills .hint").first).to_be_visible()
    expect(page.locator("#title [aria-busy]")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_names_of_states_are_not_broken_within_words(open_page):
    page = open_page("#title=cook", viewport={"width": 320, "height": 800})
    whole(page)
    page.get_by_role("button", name=re.compile("^Show all")).click()
    places = page.locator("#wages .wages-table tbody th")
    assert places.count() > 50
    lines = places.evaluate_all(LINES_OF_WORDS)
    assert {word: count for word, count in lines if count > 1} == {}
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_keyboard_is_enough(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("What did you do?")).to_be_focused()
    page.keyboard.insert_text(ANALYST)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#titles-heading")).to_be_focused()
    expect(page.locator("#titles .bars button").first).to_be_visible()
    for _ in range(3):  # past Share and curl
        page.keyboard.press("Tab")
    expect(page.locator("#titles .bars button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#title-heading")).to_be_focused()
    whole(page)


def test_to_skip_to_the_content_leaves_the_view_as_it_is(open_page):
    page = open_page("#title=cook")
    whole(page)
    address = page.url
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    assert page.url == address
    expect(page.locator("#title-heading")).to_be_visible()


def test_what_happens_is_said_to_those_who_do_not_see_it(open_page):
    page = open_page()
    tell(page, ANALYST)
    name, share = (page.locator(f".bars .{part}").first.inner_text() for part in ("name", "share"))
    share = share.split(",")[-1].strip()
    expect(page.locator("#status")).to_have_text(f"Most like your work: {name}, {share}.")
