"""A resume as a file: read in the browser, whatever it is."""

import json
import zipfile
from io import BytesIO

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure
from playwright.sync_api import expect

from shared import limits
from tests.web.visits import found

LINES = ("Line cook", "Ran the grill station of a busy restaurant", "Trained four new cooks")
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def pdf(lines):
    file = BytesIO()
    with mpl.rc_context({"pdf.fonttype": 42}):
        figure = Figure()
        for i, line in enumerate(lines):
            figure.text(0.1, 0.9 - 0.1 * i, line)
        figure.savefig(file, format="pdf")
    return file.getvalue()


def docx(lines):
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{MAIN}"/></Types>')  # fmt: skip
        archive.writestr("_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{OFFICE}" Target="word/document.xml"/></Relationships>')  # fmt: skip
        archive.writestr("word/document.xml",
            f'<w:document xmlns:w="{WORD}"><w:body>{paragraphs}</w:body></w:document>')  # fmt: skip
    return file.getvalue()


RESUME = {
    "basics": {"name": "A. Person"},
    "work": [
        {"position": "Line Cook", "startDate": "2019-03-01", "summary": "Ran the grill station",
         "highlights": ["Trained four new cooks"]},
        {"position": "Dishwasher", "endDate": "2019-02", "summary": "Kept the kitchen clean"},
    ],
}  # fmt: skip


@pytest.fixture
def opened(open_page):
    """Opens a page and a file in it, as the button does it."""

    def opened(name, content):
        page = open_page()
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        files = [{"name": name, "mimeType": "", "buffer": content}]
        page.locator("#resume-file").set_input_files(files)
        page.asked = asked
        return page

    return opened


@pytest.mark.parametrize(
    ("name", "content", "library"),
    [
        ("resume.txt", "\n".join(LINES).encode(), None),
        ("resume.PDF", pdf(LINES), "pdfjs-dist"),
        ("resume.docx", docx(LINES), "mammoth"),
    ],
)
def test_its_text_is_read_and_asked_about(opened, name, content, library):
    page = opened(name, content)
    found(page)
    text = page.get_by_label("What did you do?").input_value()
    assert [line for line in text.splitlines() if line] == list(LINES)
    loaded = {
        url.split("/vendor/")[1].rpartition("-")[0] for url in page.asked if "/vendor/" in url
    }
    assert {each.split("-")[0] for each in loaded} == (
        {library.split("-")[0]} if library else set()
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
def test_the_letters_of_a_text_are_those_that_were_written(opened, encoding):
    written = "Cooked soufflés – and crème brûlée"
    page = opened("resume.txt", written.encode(encoding))
    found(page)
    assert page.get_by_label("What did you do?").input_value() == written


def test_a_break_within_a_paragraph_parts_words_in_a_docx(opened):
    broken = "</w:t><w:br/><w:t>".join(LINES)
    page = opened("resume.docx", docx([broken, "Cleaned"]))
    found(page)
    text = page.get_by_label("What did you do?").input_value()
    assert [line for line in text.splitlines() if line] == [*LINES, "Cleaned"]


def test_the_jobs_of_a_json_resume_stay_apart(opened):
    page = opened("resume.json", json.dumps(RESUME).encode())
    found(page)
    assert [field.input_value() for field in page.get_by_label("What did you do?").all()] == [
        "Ran the grill station\nTrained four new cooks", "Kept the kitchen clean",
    ]  # fmt: skip
    titles = page.get_by_label("Title you had").all()
    assert [field.input_value() for field in titles] == ["Line Cook", "Dishwasher"]
    with page.expect_request("**/model/similar_jobs*") as asked:
        page.get_by_role("button", name="Find titles").click()
    first, second = asked.value.post_data_json["experience"]
    assert first["start"] == "2019-03-01"
    assert second["end"] == "2019-02"
    found(page)


def test_what_a_json_resume_has_in_the_wrong_shape_is_read_as_far_as_it_is_text(opened):
    work = [
        {"position": ["Line Cook"], "summary": {"a": 1}, "highlights": "Cooked meals daily"},
        {"position": 5, "startDate": 2019, "highlights": [None, "Kept the kitchen clean", {}]},
    ]
    page = opened("resume.json", json.dumps({"work": work}).encode())
    found(page)
    assert [field.input_value() for field in page.get_by_label("What did you do?").all()] == [
        "Cooked meals daily", "Kept the kitchen clean",
    ]  # fmt: skip
    titles = page.get_by_label("Title you had").all()
    assert [field.input_value() for field in titles] == ["", "5"]
    with page.expect_request("**/model/similar_jobs*") as asked:
        page.get_by_role("button", name="Find titles").click()
    assert [job.get("start") for job in asked.value.post_data_json["experience"]] == [None, "2019"]
    found(page)


def test_a_file_that_is_dropped_is_read_too(open_page):
    page = open_page()
    page.evaluate(
        """text => {
            const files = new DataTransfer();
            files.items.add(new File([text], "resume.txt", { type: "text/plain" }));
            document.body.dispatchEvent(
                new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
        }""",
        "\n".join(LINES),
    )
    found(page)
    assert page.get_by_label("What did you do?").input_value() == "\n".join(LINES)


def test_what_a_file_took_the_place_of_is_brought_back(open_page):
    page = open_page()
    page.get_by_label("What did you do?").fill("Drove a truck")
    files = [{"name": "resume.json", "mimeType": "", "buffer": json.dumps(RESUME).encode()}]
    page.locator("#resume-file").set_input_files(files)
    found(page)
    page.get_by_role("button", name="Bring back my text").click()
    assert page.get_by_label("What did you do?").input_value() == "Drove a truck"


@pytest.fixture
def slow_pdf(open_page):
    """A page with a PDF that takes its time, and a function that lets it come."""
    page = open_page()
    held = []
    page.route("**/pdf.min.mjs", lambda route: held.append(route))
    files = [{"name": "old.pdf", "mimeType": "", "buffer": pdf(["Drove a truck"])}]
    page.locator("#resume-file").set_input_files(files)
    expect(page.locator("#experience")).to_have_attribute("aria-busy", "true")
    while not held:  # until its reader is asked for: the page is busy before that
        page.wait_for_timeout(50)

    closed = []
    page.on("worker", lambda worker: worker.on("close", lambda gone: closed.append(gone)))

    def come():
        held[0].continue_()
        while not closed:  # its reader, which is gone once the file is read
            page.wait_for_timeout(50)

    return page, come


def test_a_file_that_comes_late_does_not_take_the_place_of_a_newer_one(slow_pdf):
    page, come = slow_pdf
    files = [{"name": "new.txt", "mimeType": "", "buffer": "\n".join(LINES).encode()}]
    page.locator("#resume-file").set_input_files(files)
    found(page)
    come()
    assert page.get_by_label("What did you do?").input_value() == "\n".join(LINES)


def test_a_file_that_comes_late_does_not_take_the_place_of_what_is_typed(slow_pdf):
    page, come = slow_pdf
    page.get_by_label("What did you do?").fill(LINES[0])
    expect(page.locator("#experience")).not_to_have_attribute("aria-busy", "true")
    come()
    assert page.get_by_label("What did you do?").input_value() == LINES[0]
    expect(page.locator("#titles")).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("photo.png", b"\x89PNG", "This kind of file cannot be read."),
        ("resume.json", b"{", "resume.json cannot be read."),
        ("resume.json", b'{"basics": {}}', "There is no list of work in resume.json."),
        ("resume.json", b'{"experience": [{"title": ["cook"]}]}', "There is no text in resume"),
        ("resume.pdf", b"%PDF-1.4 and no more", "resume.pdf cannot be read."),
        ("scan.pdf", pdf([]), "There is no text in scan.pdf. Is it a picture of a page?"),
        ("resume.docx", b"PK and no more", "resume.docx cannot be read."),
        ("resume.txt", b"\x7fELF\x02\x00cook\xff", "resume.txt cannot be read."),
        ("resume.txt", b" \n", "There is no text in resume.txt."),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_asked(opened, name, content, message):
    page = opened(name, content)
    expect(page.get_by_role("alert").first).to_contain_text(message)
    assert not [url for url in page.asked if "/model/" in url]


def test_only_a_pdf_is_taken_for_a_picture(opened):
    page = opened("resume.json", b'{"work": []}')
    expect(page.get_by_role("alert").first).to_have_text("There is no text in resume.json.")


@pytest.mark.parametrize(
    ("jobs", "text", "message"),
    [
        (1, "a" * (limits.TEXT_CHARACTERS + 1), f"{limits.TEXT_CHARACTERS + 1:,} characters"),
        (2, "a" * (limits.TEXT_CHARACTERS // 2 + 1), f"Up to {limits.TEXT_CHARACTERS:,} can be"),
        (limits.EXPERIENCES + 1, "Cooked", f"Up to {limits.EXPERIENCES} can be read at once"),
    ],
)
def test_more_than_can_be_read_at_once_is_said_and_nothing_is_asked(opened, jobs, text, message):
    work = [{"summary": text}] * jobs
    page = opened("resume.json", json.dumps({"work": work}).encode())
    expect(page.locator("#experience-error")).to_contain_text(message)
    assert not [url for url in page.asked if "/model/" in url]


def test_as_much_as_can_be_read_at_once_is_asked_about(opened):
    rare = "𝒂" * (limits.TEXT_CHARACTERS - len("cooked meals "))  # two units of UTF-16 each
    resume = {"work": [{"summary": f"cooked meals {rare}"}]}
    page = opened("resume.json", json.dumps(resume).encode())
    found(page)


def test_a_file_too_large_for_a_resume_is_not_read(open_page):
    page = open_page()
    page.evaluate(
        """() => {
            const files = new DataTransfer();
            files.items.add(new File([new Uint8Array(10_000_001)], "resume.txt"));
            const field = document.querySelector("#resume-file");
            field.files = files.files;
            field.dispatchEvent(new Event("change"));
        }"""
    )
    expect(page.get_by_role("alert").first).to_have_text("This file is too large for a resume.")
