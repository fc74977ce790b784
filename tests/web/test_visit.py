"""From what a visitor writes to where a title leads, as they do it."""

import re

from playwright.sync_api import expect

from tests.web.visits import ANALYST, VAGUE, found, tell, whole


def test_from_pasting_to_the_tree(open_page, keep):
    page = open_page()
    keep(page, "first-view", whole=False)
    titles = tell(page, ANALYST)

    assert "data" in titles.first.inner_text()
    shares = [int(re.search(r"(\d+) %", each)[1]) for each in titles.all_inner_texts()]
    assert shares == sorted(shares, reverse=True)
    because = page.get_by_role("list", name=re.compile("^Speaks for data")).first
    expect(because).to_contain_text("python")

    titles.first.click()
    title = page.locator("#title-heading").inner_text()
    expect(page.locator("#title-heading")).to_be_focused()
    whole(page)
    assert page.locator("#skills .chip").count() >= 20
    expect(page.locator("#wages .figure strong")).to_have_text(re.compile(r"^\$\d{2,3},\d{3}$"))
    keep(page, "title")

    steps = page.get_by_role("treeitem")
    steps.nth(1).press("ArrowRight")
    expect(steps.nth(1)).to_have_attribute("aria-expanded", "true")
    expect(steps.nth(2)).to_have_attribute("aria-level", "3")
    steps.nth(1).press("ArrowRight")
    expect(steps.nth(2)).to_be_focused()
    next_title = steps.nth(2).locator(".name").inner_text()
    keep(page, "tree")
    steps.nth(2).press("Enter")
    expect(page.locator("#title-heading")).to_have_text(next_title)
    whole(page)
    page.go_back()
    expect(page.locator("#title-heading")).to_have_text(title)


def test_a_vague_text_gets_no_sure_answer(open_page, keep):
    page = open_page()
    tell(page, VAGUE)
    expect(page.locator(".verdict")).to_contain_text("Not sure.")
    expect(page.locator(".verdict")).to_contain_text(re.compile("one of [0-9]+"))
    keep(page, "not-sure")


def test_a_sure_answer_says_so_and_parts_what_is_likely_from_the_rest(open_page, keep):
    page = open_page()

    def surely(route):  # Few models are sure of a short text: what if this one were?
        answer = route.fetch()
        body = answer.json()
        likely = [each["title"] for each in body["results"][:2]]
        body["confidence"] = {"confident": True, "likely_titles": likely}
        route.fulfill(response=answer, json=body)

    page.route("**/model/similar_jobs*", surely)
    titles = tell(page, ANALYST)
    first, second = (titles.nth(i).locator(".name").inner_text() for i in range(2))
    expect(page.locator(".verdict")).to_contain_text("Quite sure. In nine cases of ten like yours,")
    expect(page.locator(".verdict")).to_contain_text(f"one of these: {first} and {second}.")
    assert page.locator(".bars > .unlikely").count() == 3
    keep(page, "sure")


def test_more_titles_are_shown_when_asked_for(open_page):
    page = open_page()
    assert tell(page, ANALYST).count() == 5
    page.get_by_role("button", name="Show 5 more").click()
    assert found(page).count() == 10
    expect(found(page).nth(5)).to_be_focused()


def test_nothing_is_asked_without_a_text(open_page):
    page = open_page()
    page.get_by_role("button", name="Find titles").click()
    expect(page.get_by_role("alert").first).to_have_text(
        "Write a line or two about your work first."
    )
    expect(page.get_by_label("What did you do?")).to_be_focused()
    expect(page.locator("#titles")).to_be_hidden()


def test_several_jobs_are_one_person(open_page):
    page = open_page()
    page.get_by_label("What did you do?").fill("cooked meals")
    page.get_by_role("button", name="Add a job").click()
    expect(page.get_by_role("group", name="Job 2")).to_be_visible()
    page.get_by_label("What did you do?").nth(1).fill("taught children")
    with page.expect_request("**/model/similar_jobs*") as asked:
        page.get_by_role("button", name="Find titles").click()
    assert asked.value.post_data_json == {
        "experience": [{"description": "cooked meals"}, {"description": "taught children"}]
    }
    page.get_by_role("button", name="Remove").first.click()
    assert page.get_by_label("What did you do?").input_value() == "taught children"
    found(page)


def test_what_an_example_took_the_place_of_is_brought_back(open_page):
    page = open_page()
    undo = page.get_by_role("button", name="Bring back my text")
    example = page.get_by_role("button", name="Try an example")
    example.click()
    found(page)
    expect(undo).to_be_hidden()
    text = page.get_by_label("What did you do?")
    text.fill(VAGUE)
    example.click()
    assert text.input_value() != VAGUE
    undo.click()
    assert text.input_value() == VAGUE
    expect(text).to_be_focused()
    expect(undo).to_be_hidden()

    example.click()
    text.fill(ANALYST)
    expect(undo).to_be_hidden()


def test_a_title_is_looked_up_and_completed(open_page):
    page = open_page()
    field = page.get_by_label("Look up a title")
    field.press_sequentially("data sc")
    expect(page.locator("#lookup-titles option").first).to_have_attribute("value", "data scientist")
    field.fill("Sr. Data Scientist II")
    field.press("Enter")
    whole(page)
    expect(page.locator("#skills")).to_contain_text("python")
    expect(page.locator("#title-heading")).to_have_text("data scientist")
    expect(page).to_have_title("data scientist – Career Climber")
    assert "title=Sr.+Data+Scientist+II" in page.url


def test_a_title_by_another_name_is_marked_where_it_is_found(open_page):
    page = open_page("#title=Sr.+Data+Scientist+II")
    whole(page)
    tell(page, ANALYST)
    page.get_by_role("button", name="Show 5 more").click()
    marked = page.locator("#titles button[aria-current=true] .name")
    expect(marked).to_have_text("data scientist")


def test_a_title_that_is_not_known_leads_to_one_that_is(open_page):
    page = open_page("#title=dataaa")
    page.locator("#skills").get_by_role("button", name="data scientist", exact=True).click()
    expect(page.locator("#title-heading")).to_have_text("data scientist")
    whole(page)


def test_pay_is_shown_of_the_visitors_state_and_by_name(open_page):
    page = open_page("#title=cook&state=Ohio")
    whole(page)
    rows = page.locator("#wages tbody tr")
    expect(rows.nth(0)).to_contain_text("United States")
    expect(rows.nth(1)).to_contain_text("Ohio")

    page.get_by_label("Your state").select_option("Texas")
    expect(rows.nth(1)).to_contain_text("Texas")
    assert page.url.endswith("#title=cook&state=Texas")
    page.get_by_label("Order").select_option("By name")
    expect(rows.nth(2)).to_contain_text("Alabama")
    page.get_by_role("button", name=re.compile("^Show all")).click()
    assert rows.count() > 50
    page.locator(".map path.shade4").first.click()
    assert not page.url.endswith("=Texas")


def test_a_link_that_changes_the_state_alone_shows_its_pay(open_page):
    page = open_page("#title=cook&state=Ohio")
    whole(page)
    page.evaluate("location.hash = 'title=cook&state=Texas'")
    expect(page.locator("#wages tbody tr").nth(1)).to_contain_text("Texas")
    expect(page.get_by_label("Your state")).to_have_value("Texas")


def test_a_state_without_figures_is_said_to_have_none(open_page):
    page = open_page("#title=cook&state=Nowhere")
    whole(page)
    none = page.get_by_text("There are no figures for Nowhere.")
    expect(none).to_be_visible()
    state = page.get_by_label("Your state")
    assert state.locator("option:checked").inner_text() == "None"
    state.select_option("Ohio")
    expect(none).to_be_hidden()


def test_a_link_may_name_the_state_in_any_case(open_page):
    page = open_page("#title=cook&state=california")
    whole(page)
    expect(page.get_by_label("Your state")).to_have_value("California")
    expect(page.locator("#wages tbody tr").nth(1)).to_contain_text("California")


def test_the_pay_that_is_shown_is_what_the_api_says(open_page, site):
    page = open_page("#title=cook&state=Ohio")
    whole(page)
    answer = page.request.get(f"{site}model/salaries/cook?state=Ohio").json()["results"][0]
    cells = page.locator("#wages tbody tr").nth(1).locator("td").all_inner_texts()
    shown = [int(re.sub(r"\D", "", cell)) for cell in cells[1:]]
    assert shown == [answer[name] for name in ("lower_quantile", "median", "upper_quantile")]
    box = page.locator("#wages tbody tr").nth(1).locator("rect").bounding_box()
    mark = page.locator("#wages tbody tr").nth(1).locator("line.median").bounding_box()
    assert box["x"] < mark["x"] < box["x"] + box["width"]


def test_the_tree_has_the_keys_of_a_tree(open_page):
    page = open_page("#title=cook")
    whole(page)
    items = page.get_by_role("treeitem")
    assert items.evaluate_all("all => all.filter(each => each.tabIndex === 0).length") == 1
    root = items.first
    root.press("ArrowDown")
    expect(items.nth(1)).to_be_focused()
    items.nth(1).press("ArrowUp")
    expect(root).to_be_focused()
    root.press("ArrowLeft")
    expect(root).to_have_attribute("aria-expanded", "false")
    root.press("ArrowRight")
    root.press("End")
    last = page.locator("[role=treeitem]:visible").last
    expect(last).to_be_focused()
    last.press("Home")
    expect(root).to_be_focused()
