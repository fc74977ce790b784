"""Which pages are about a person: a resume or a profile. Nothing of them is gathered or kept."""

import re
from urllib.parse import urlsplit

from parsel import Selector

from training.gather.structured_data import Item, items, main_types

_ADDRESS = re.compile(r"/(?:resumes?|cvs?|curriculum-vitae|candidates?)(?=[/._?]|$)", re.IGNORECASE)
"""Of people who look for work. Whatever a page there says, it is not asked for."""
_RESUME = r"(?:r[eé]sum[eé]|cv|curriculum vitae)"
_OF_SOMEBODY = re.compile(rf"\W*(?:the )?{_RESUME} of \w", re.IGNORECASE)
_TITLE = re.compile(
    rf"{_OF_SOMEBODY.pattern}|\W*{_RESUME}\s*[-–—:|]\s*\w|.*\w['’]s? {_RESUME}\b"
    rf"|.*[-–—:|,]\s*{_RESUME}\W*$",
    re.IGNORECASE | re.DOTALL,
)
""" "Resume of Jane Roe", "CV: Jane Roe", "Jane Roe's resume", "Jane Roe | Resume"."""
_WARD = re.compile(r"\bCV\b(?! of\b)")
"""Of a hospital: "Registered Nurse - CV" is a posting for cardiovascular care, where it is one."""
_CLASSES = " or ".join(f"contains(concat(' ', normalize-space(@class), ' '), ' {each} ')"
                       for each in ("h-resume", "hresume"))  # fmt: skip


def address_of_people(url: str) -> bool:
    """Whether an address looks like that of somebody's resume."""
    return bool(_ADDRESS.search(urlsplit(url).path))


def page_of_a_person(page: Selector) -> bool:
    """Whether a page is somebody's resume or profile, by its markup, its title or what it is about.

    A person whom a posting names does not make it one; a resume stays one beside postings.
    """
    posted, _ = items(page, "JobPosting")
    if page.xpath(f"//*[{_CLASSES}]") or _says_so(page, posted):
        return True
    kinds = main_types(page)
    if "ProfilePage" in kinds:
        return True
    return "Person" in kinds and not posted


def _says_so(page: Selector, posted: list[Item]) -> bool:
    wards = [each for item in posted if _WARD.search(each := str(item.get("title")))]
    titles = page.xpath("//head/title/text() | //h1[1]//text()").getall()
    told: dict[str, str] = {}
    for meta in page.xpath("//meta[@content]"):
        name = meta.attrib.get("property") or meta.attrib.get("name") or ""
        told[name.lower()] = meta.attrib["content"]
    titles += [told.get("og:title", ""), told.get("twitter:title", "")]
    titles = [each for each in titles if not any(ward in each for ward in wards)]
    return (
        told.get("og:type", "").lower() == "profile"
        or any(_TITLE.match(each) for each in titles)
        or any(_OF_SOMEBODY.match(told.get(f"{of}description", "")) for of in ("", "og:"))
    )
