"""What a visitor sees of an API that is slow, refuses or is away."""

from playwright.sync_api import expect

from tests.local.test_local import local, wait_until_ready
from tests.web.visits import ANALYST, found, tell, whole


def test_while_an_answer_is_on_its_way_its_place_is_kept(open_page, keep):
    page = open_page()
    held = []
    page.route("**/model/similar_jobs*", lambda route: held.append(route))
    page.get_by_label("What did you do?").fill(ANALYST)
    page.get_by_role("button", name="Find titles").click()
    panel = page.locator("#titles")
    expect(panel.locator(".skeleton")).to_be_visible()
    expect(panel).to_have_attribute("aria-busy", "true")
    note = "Still at it: the service may be starting."
    expect(panel.locator(".content .hint").first).to_have_text(note)
    expect(page.locator("#status")).to_have_text(note)
    keep(page, "slow")
    held[0].continue_()
    found(page)
    expect(panel.locator(".skeleton")).to_have_count(0)
    expect(panel).not_to_have_attribute("aria-busy", "true")


def test_without_a_network_it_says_so_and_can_be_asked_again(open_page, keep):
    page = open_page(faults=True)
    page.context.set_offline(True)
    page.get_by_label("What did you do?").fill(ANALYST)
    page.get_by_role("button", name="Find titles").click()
    problem = page.locator("#titles").get_by_role("alert")
    expect(problem).to_contain_text("You are offline.")
    keep(page, "offline")
    page.context.set_offline(False)
    problem.get_by_role("button", name="Try again").click()
    found(page)
    expect(page.locator("#consent")).to_be_visible()


def test_what_passes_by_itself_is_tried_again_by_itself(open_page):
    page = open_page(faults=True)
    page.route("**/model/similar_jobs*", lambda route: route.abort(), times=1)
    page.get_by_label("What did you do?").fill(ANALYST)
    page.get_by_role("button", name="Find titles").click()
    expect(page.locator("#status")).to_have_text("The service cannot be reached. Trying again …")
    found(page)


def test_an_answer_that_is_overtaken_is_not_shown(open_page):
    page = open_page()
    held = []
    page.route("**/model/similar_jobs*", lambda route: held.append(route), times=1)
    page.get_by_label("What did you do?").fill("drove a truck over long distances")
    page.get_by_role("button", name="Find titles").click()
    expect(page.locator("#titles .skeleton")).to_be_visible()
    first = tell(page, ANALYST).first.inner_text()
    assert len(held) == 1
    assert "data" in first
    assert "data" in found(page).first.inner_text()


def test_the_servers_message_is_shown(open_page):
    page = open_page()
    page.get_by_label("What did you do?").fill("qwxzv zzkqj")
    page.get_by_role("button", name="Find titles").click()
    problem = page.locator("#titles").get_by_role("alert")
    expect(problem).to_contain_text("No word of the experience is known.")
    assert problem.get_by_role("button").count() == 0  # It would be refused again.


def test_a_text_that_was_refused_is_not_compared_with_a_title(open_page):
    page = open_page()
    tell(page, ANALYST)
    page.get_by_label("What did you do?").fill("!!!")
    page.get_by_role("button", name="Find titles").click()
    expect(page.locator("#titles").get_by_role("alert")).to_be_visible()
    page.get_by_label("Look up a title").fill("data scientist")
    page.get_by_label("Look up a title").press("Enter")
    whole(page)
    expect(page.locator("#skills")).to_contain_text("Describe your work above")


def test_a_text_that_was_refused_takes_the_comparison_of_the_one_before_with_it(open_page):
    page = open_page()
    tell(page, ANALYST).first.click()
    whole(page)
    expect(page.locator("#skills")).to_contain_text("are in what you wrote.")
    page.get_by_label("What did you do?").fill("!!!")
    page.get_by_role("button", name="Find titles").click()
    expect(page.locator("#titles").get_by_role("alert")).to_be_visible()
    expect(page.locator("#skills")).to_contain_text("Describe your work above")


def test_a_step_that_does_not_open_says_why(open_page):
    page = open_page("#title=cook")
    whole(page)
    message = "Something failed here."
    answer = {"error": {"code": "internal", "message": message}, "results": []}
    page.route("**/model/paths/**", lambda route: route.fulfill(status=500, json=answer))
    steps = page.get_by_role("treeitem")
    steps.nth(1).press("ArrowRight")
    leaf = steps.nth(2)
    leaf.press("ArrowRight")
    expect(page.locator("#paths")).to_contain_text(message)
    expect(page.locator("#status")).to_have_text(message)
    page.unroute("**/model/paths/**")
    leaf.press("ArrowRight")
    expect(leaf).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#paths")).not_to_contain_text(message)


def test_without_models_it_is_said_and_the_page_stays_usable(open_page, keep, tmp_path):
    (tmp_path / "models").mkdir()
    output = tmp_path / "output"
    with local(tmp_path / "models", output) as (port, process):
        wait_until_ready(process, output)
        page = open_page(at=f"http://127.0.0.1:{port}/", faults=True)
        page.clock.install()  # What is waited for passes at once.
        page.get_by_label("What did you do?").fill(ANALYST)
        page.get_by_role("button", name="Find titles").click()
        problem = page.locator("#titles").get_by_role("alert")
        while not problem.count():
            page.clock.run_for(1_000)
        expect(problem).to_contain_text("The models cannot be had right now.")
        keep(page, "no-models")
        assert page.get_by_label("What did you do?").input_value() == ANALYST


def test_without_the_libraries_the_figures_are_there(open_page):
    page = open_page(faults=True)
    page.route("**/vendor/**", lambda route: route.abort())
    page.goto(f"{page.url}#title=cook")
    whole(page)
    expect(page.locator("#wages tbody tr").first).to_contain_text("United States")
    assert page.locator("#wages svg").count() == 0


def without_answers(open_page, pattern):
    """A title's page, whole, though what it asked for by such addresses is never answered."""
    page = open_page()
    held = []
    page.route(pattern, lambda route: held.append(route))
    page.goto(f"{page.url}#title=cook")
    whole(page)
    assert held
    return page


def test_libraries_that_do_not_come_in_time_are_not_waited_for(open_page):
    page = without_answers(open_page, "**/vendor/d3*/**")
    expect(page.locator("#wages tbody tr").first).to_contain_text("United States")
    expect(page.get_by_label("Your state")).to_be_visible()


def test_without_the_states_figures_those_of_the_nation_are_there(open_page):
    page = open_page()
    page.route("**/model/salaries/*state=all", lambda route: route.fulfill(status=500, json={}))
    page.goto(f"{page.url}#title=cook")
    whole(page)
    expect(page.locator("#wages .figure")).to_contain_text("United States")
    problem = page.locator("#wages").get_by_role("alert")
    expect(problem).to_contain_text("The figures of the states did not come.")
    page.unroute("**/model/salaries/*state=all")
    problem.get_by_role("button", name="Try again").click()
    expect(page.get_by_label("Your state")).to_be_visible()


def test_states_figures_that_do_not_come_in_time_are_not_waited_for(open_page):
    page = without_answers(open_page, "**/model/salaries/*state=all")
    expect(page.locator("#wages .figure")).to_contain_text("United States")
