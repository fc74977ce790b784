"""What a caller tells of a person's work: the original's body or a JSON Resume → experiences."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared import limits, web
from shared.errors import RequestError, invalid


@dataclass(frozen=True)
class Experience:
    """One job a person held. `start` and `end` are kept as they were sent."""

    description: str
    title: str = ""
    start: str = ""
    end: str = ""

    @property
    def text(self) -> str:
        """What the models read: the description, or the title where there is nothing else."""
        return self.description if self.description.strip() else self.title

    @property
    def characters(self) -> int:
        """Of all that was read of it, also of what the models do not read."""
        return sum(map(len, (self.description, self.title, self.start, self.end)))


def parse(body: object) -> list[Experience]:
    """The experiences of a request's body; at least one.

    Takes `{"experience": [{"description", "title"?, "start"?, "end"?}]}` or a JSON Resume
    (https://jsonresume.org/schema), of which it reads `work[]`. Raises `RequestError` 400 naming
    the field that is wrong, 413 for more experiences or text than is taken.
    """
    if not isinstance(body, dict):
        raise invalid("The body must be an object with a list `experience`.")
    if "experience" in body:
        name, read = "experience", _read_item
    elif "work" in body:
        name, read = "work", _read_work
    else:
        raise invalid("experience: a list of objects with a `description` is missing.")
    items = body[name]
    if not isinstance(items, list) or not items:
        raise invalid(f"{name}: must be a list with at least one object.")
    if len(items) > limits.EXPERIENCES:
        raise RequestError(413, "too_large", f"{name}: at most {limits.EXPERIENCES}, please.")
    experiences = [read(item, f"{name}[{i}]") for i, item in enumerate(items)]
    if sum(experience.characters for experience in experiences) > limits.TEXT_CHARACTERS:
        raise _too_long(name)
    return experiences


def nothing_usable() -> RequestError:
    """The 422 for texts in which a model finds nothing to go by."""
    return RequestError(
        422, "nothing_usable", "No word of the experience is known. Describe the work in English."
    )


def _read_item(item: object, name: str) -> Experience:
    fields = _object(item, name)
    if "description" not in fields:
        raise invalid(f"{name}.description: is missing.")
    if fields["description"] is None:
        raise invalid(f"{name}.description: must be a string.")
    return Experience(
        _string(fields, "description", name),
        _short(fields, "title", name, limits.TITLE_CHARACTERS),
        _short(fields, "start", name, limits.DATE_CHARACTERS),
        _short(fields, "end", name, limits.DATE_CHARACTERS),
    )


def _read_work(item: object, name: str) -> Experience:
    fields = _object(item, name)
    highlights = fields.get("highlights")
    if highlights is None:
        highlights = []
    if not isinstance(highlights, list):
        raise invalid(f"{name}.highlights: must be a list of strings.")
    lines = [_string(fields, "summary", name)]
    lines += [_string({"highlights": line}, "highlights", name) for line in highlights]
    return Experience(
        "\n".join(line for line in lines if line),
        _short(fields, "position", name, limits.TITLE_CHARACTERS),
        _short(fields, "startDate", name, limits.DATE_CHARACTERS),
        _short(fields, "endDate", name, limits.DATE_CHARACTERS),
    )


def _object(item: object, name: str) -> Mapping[str, object]:
    if not isinstance(item, dict):
        raise invalid(f"{name}: must be an object.")
    return item


def _string(fields: Mapping[str, object], key: str, name: str) -> str:
    value = fields.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise invalid(f"{name}.{key}: must be a string.")
    if len(value) > limits.TEXT_CHARACTERS:
        raise _too_long(f"{name}.{key}")
    return web.check_text(value, f"{name}.{key}")


def _short(fields: Mapping[str, object], key: str, name: str, most: int) -> str:
    return web.check_text(_string(fields, key, name), f"{name}.{key}", most)


def _too_long(name: str) -> RequestError:
    return RequestError(
        413, "too_large", f"{name}: at most {limits.TEXT_CHARACTERS} characters, please."
    )
