"""Sending an experience in: never by itself, with a receipt, and back again."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.visits import ANALYST, VAGUE, tell


@pytest.fixture
def offered(open_page):
    """A page with titles, and the offer to help opened; `sent` are the submissions it makes."""
    page = open_page()
    page.sent = []
    page.on(
        "request",
        lambda request: page.sent.append(request) if "/model/submissions" in request.url else None,
    )
    tell(page, ANALYST)
    page.locator("#consent summary").click()
    return page


def kept(site_files: Path) -> list[Path]:
    return [path for path in site_files.rglob("*") if path.is_file()]


def lose(route):
    """It is done, and nobody hears of it."""
    route.fetch()
    route.fulfill(status=502, body="")


def send(page):
    page.get_by_role("checkbox", name="I agree").check()
    page.get_by_role("button", name="Send my text in").click()
    return page.locator("#consent .problem")


def test_nothing_is_sent_in_without_consent(offered, site_submissions):
    box = offered.get_by_role("checkbox", name="I agree")
    assert not box.is_checked()
    before = kept(site_submissions)
    offered.get_by_role("button", name="Send my text in").click()
    expect(box).to_be_focused()
    assert offered.sent == []
    assert kept(site_submissions) == before


def test_what_was_sent_in_has_a_receipt_and_is_deleted_by_it(offered, keep, site_submissions):
    before = kept(site_submissions)
    offered.get_by_label("Title you had").fill("Data Analyst")
    offered.get_by_role("checkbox", name="I agree").check()
    keep(offered, "consent")
    offered.get_by_role("button", name="Send my text in").click()
    receipt = offered.get_by_label("Receipt")
    expect(receipt).to_be_visible()
    number = receipt.input_value()
    assert offered.sent[0].post_data_json == {
        "experience": [{"description": ANALYST, "title": "Data Analyst"}],
        "consent": True,
    }
    (new,) = set(kept(site_submissions)) - set(before)
    assert "churn models" in new.read_text("utf-8")
    keep(offered, "receipt")

    offered.get_by_role("button", name="Delete it again").click()
    dialog = offered.get_by_role("dialog")
    assert dialog.get_by_label("Receipt").input_value() == number
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog.get_by_text("It is deleted")).to_be_focused()
    assert kept(site_submissions) == before
    offered.keyboard.press("Escape")
    expect(offered.locator("#consent summary")).to_be_focused()


def test_a_receipt_comes_and_stays_whatever_is_asked_meanwhile(offered):
    held = []
    offered.route("**/model/submissions", lambda route: held.append(route))
    send(offered)
    expect(offered.locator("#consent")).to_contain_text("Sending …")
    tell(offered, VAGUE)
    expect(offered.locator(".verdict")).to_contain_text("Not sure.")
    held[0].continue_()
    receipt = offered.get_by_label("Receipt")
    expect(receipt).to_be_visible()
    number = receipt.input_value()

    tell(offered, ANALYST)
    expect(offered.locator("#titles")).not_to_have_attribute("aria-busy", "true")
    assert receipt.input_value() == number
    offered.get_by_label("What did you do?").fill("!!!")
    offered.get_by_role("button", name="Find titles").click()
    expect(offered.locator("#titles > .content").get_by_role("alert")).to_be_visible()
    expect(receipt).to_be_visible()


def test_after_a_deletion_and_for_each_text_consent_is_asked_for_anew(offered):
    offered.get_by_role("checkbox", name="I agree").check()
    tell(offered, VAGUE)
    expect(offered.locator(".verdict")).to_contain_text("Not sure.")
    expect(offered.get_by_role("checkbox", name="I agree")).not_to_be_checked()
    send(offered)
    offered.get_by_role("button", name="Delete it again").click()
    offered.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(offered.locator("#consent")).to_contain_text("Your text was deleted.")
    offered.get_by_role("dialog").get_by_role("button", name="Close").click()
    tell(offered, ANALYST)
    expect(offered.get_by_role("checkbox", name="I agree")).not_to_be_checked()


def test_a_receipt_of_nothing_is_said_to_be_one(offered):
    offered.get_by_role("button", name="Delete what I sent in").click()
    dialog = offered.get_by_role("dialog")
    dialog.get_by_label("Receipt").fill("0" * 43)
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog).to_contain_text("Nothing is kept under this receipt.")


def test_sending_again_after_a_lost_answer_keeps_it_once(offered, site_submissions):
    before = kept(site_submissions)
    offered.route("**/model/submissions", lose, times=1)
    send(offered)
    expect(offered.get_by_label("Receipt")).to_be_visible()
    assert len(set(kept(site_submissions)) - set(before)) == 1


def test_what_is_refused_was_not_kept(offered, site_submissions):
    before = kept(site_submissions)
    offered.get_by_label("What did you do?").fill("!!!")
    expect(send(offered)).to_contain_text("Nothing was kept.")
    assert kept(site_submissions) == before


def test_what_was_not_answered_may_have_been_kept(offered, site_submissions):
    before = kept(site_submissions)
    offered.route("**/model/submissions", lose, times=3)
    expect(send(offered)).to_contain_text("It may have been kept; send the same again")
    offered.get_by_role("button", name="Send my text in").click()
    expect(offered.get_by_label("Receipt")).to_be_visible()
    assert len(set(kept(site_submissions)) - set(before)) == 1


def test_a_refusal_after_a_lost_answer_does_not_say_that_nothing_was_kept(offered):
    offered.route("**/model/submissions", lambda route: route.fulfill(status=429, json={}))
    offered.route("**/model/submissions", lose, times=1)
    expect(send(offered)).to_contain_text("It may have been kept")


def test_what_is_gone_after_a_lost_answer_was_deleted(offered, site_submissions):
    before = kept(site_submissions)
    send(offered)
    offered.get_by_role("button", name="Delete it again").click()
    offered.route("**/model/submissions/*", lose, times=1)
    dialog = offered.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog).to_contain_text("It is deleted")
    assert kept(site_submissions) == before
