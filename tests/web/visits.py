"""What visitors do, in few words."""

from playwright.sync_api import Locator, Page, expect

ANALYST = (
    "Analyzed sales data in Python and SQL, built dashboards in Tableau for the marketing team, "
    "ran A/B tests and presented the results. Trained churn models in scikit-learn and pandas."
)
VAGUE = "answered questions"


def tell(page: Page, text: str) -> Locator:
    """Writes about one job and asks; gives the titles that come."""
    page.get_by_label("What did you do?").first.fill(text)
    page.get_by_role("button", name="Find titles").click()
    return found(page)


def found(page: Page) -> Locator:
    """The titles that are shown, once they are."""
    titles = page.locator("#titles .bars > li button")
    expect(titles.first).to_be_visible()
    return titles


def whole(page: Page) -> None:
    """Waits until every part of a title's view is there, or says why it is not."""
    for part in ("skills", "wages", "paths"):
        expect(page.locator(f"#{part} .content > :not(.skeleton, .hint)").first).to_be_visible()
    expect(page.locator("#title [aria-busy]")).to_have_count(0)
