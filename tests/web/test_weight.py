"""What the first view weighs, and what the page is not allowed to do."""

from playwright.sync_api import expect

FIRST_VIEW_BYTES = 200_000


def test_the_first_view_is_light(open_page, browser, site):
    context = browser.new_context()
    page = context.new_page()
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(site, wait_until="networkidle")
    sizes = {answer.url.removeprefix(site): len(answer.body()) for answer in answers}
    context.close()
    assert {"", "style.css", "js/main.js"} <= sizes.keys()
    assert sum(sizes.values()) <= FIRST_VIEW_BYTES
    assert not [path for path in sizes if path.startswith(("vendor/", "model/"))]


def test_it_keeps_nothing_in_the_browser(open_page):
    page = open_page("#title=cook")
    expect(page.get_by_role("tree")).to_be_visible()
    assert (
        page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    )


def test_it_may_ask_nobody_else_and_run_no_script_of_others(open_page):
    page = open_page(faults=True)
    refused = page.evaluate(
        """async () => {
            const breaches = [];
            addEventListener("securitypolicyviolation", (e) => breaches.push(e.effectiveDirective));
            await fetch("http://127.0.0.1:9/").catch(() => {});
            const script = document.createElement("script");
            script.textContent = "globalThis.ran = true";
            const image = new Image();
            image.src = "http://127.0.0.1:9/pixel.png";
            const frame = document.createElement("iframe");
            frame.src = "http://127.0.0.1:9/";
            document.body.append(script, image, frame);
            const form = document.createElement("form");
            form.action = "http://127.0.0.1:9/";
            document.body.append(form);
            form.submit();
            for (let i = 0; i < 50 && breaches.length < 5; i++) {
                await new Promise((resolve) => setTimeout(resolve, 200));
            }
            return { breaches: breaches.sort(), ran: Boolean(globalThis.ran) };
        }"""
    )
    assert refused == {
        "breaches": ["connect-src", "form-action", "frame-src", "img-src", "script-src-elem"],
        "ran": False,
    }
