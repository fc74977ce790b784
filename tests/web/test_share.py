"""A view as a link, a request as a command."""

import json
import shlex
import subprocess

import pytest
from playwright.sync_api import expect

from tests.web.visits import ANALYST, found, tell, whole


def shared(page, part):
    page.locator(f"#{part}").get_by_role("button", name="Share").first.click()
    return page.get_by_role("dialog").get_by_role("textbox", name="Link")


def test_a_link_to_a_title_has_nothing_of_what_the_visitor_wrote(open_page):
    page = open_page()
    tell(page, ANALYST).first.click()
    whole(page)
    title = page.locator("#title-heading").inner_text()
    assert "Analyzed" not in page.url
    link = shared(page, "title").input_value()
    assert link == page.url
    page.get_by_role("dialog").get_by_role("button", name="Copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == link

    other = open_page("#" + link.partition("#")[2])
    whole(other)
    expect(other.locator("#title-heading")).to_have_text(title)
    assert other.get_by_label("What did you do?").input_value() == ""


def test_what_the_visitor_wrote_is_in_a_link_only_when_they_say_so(open_page, keep):
    page = open_page()
    tell(page, ANALYST)
    link = shared(page, "titles")
    box = page.get_by_role("dialog").get_by_label("Put my text into the link")
    assert not box.is_checked()
    assert "Analyzed" not in link.input_value()
    box.check()
    assert "Analyzed" in link.input_value()
    keep(page, "share", whole=False)

    other = open_page("#" + link.input_value().partition("#")[2])
    found(other)
    assert other.get_by_label("What did you do?").input_value() == ANALYST
    assert "Analyzed" not in other.url


@pytest.mark.parametrize("fragment", ["#experience=%5B1%5D", "#experience=nonsense", "#title="])
def test_a_link_that_is_none_is_the_start(open_page, fragment):
    page = open_page(fragment)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("#titles")).to_be_hidden()
    expect(page.locator("#title")).to_be_hidden()


def test_a_command_gets_what_the_page_got(open_page):
    page = open_page()
    text = "It's a cook's work: \"ran\" the grill, 100% of it"
    tell(page, text).first.click()
    whole(page)
    dialog = page.get_by_role("dialog")
    for part in ("titles", "skills", "wages", "paths"):
        page.locator(f"#{part}").get_by_role("button", name="curl").click()
        words = shlex.split(dialog.get_by_label("Command").input_value())
        dialog.get_by_role("button", name="Close").click()
        assert words[0] == "curl"
        got = json.loads(subprocess.run([*words, "-s"], capture_output=True, check=True).stdout)
        assert got["results"], part
        if part == "titles":
            first = found(page).first.locator(".name").inner_text()
            assert got["results"][0]["title"] == first
