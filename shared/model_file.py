"""The file a model travels in: a pickle whose arrays stay outside of it and are mapped, not read.

    8 bytes   MAGIC
    8 bytes   n, the length of the index, little endian
    n bytes   the index, JSON: {"pickle": [offset, size], "buffers": [[offset, size], ...]}
    the rest  the pickle (protocol 5) and its out-of-band buffers, each at a multiple of ALIGN

A start then costs what the small pickle costs; of the arrays only the pages that are asked for
come into memory. `load` makes nothing but the classes it is told of and numpy's arrays, so a
file cannot have other code run; and each has the fields its class declares, of their types, so that
what another release has written is refused, and does not fail in a request.
"""

import dataclasses
import io
import json
import mmap
import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import numpy as np

from shared.errors import ModelsUnavailable

MAGIC = b"climber1"
ALIGN = 64

T = TypeVar("T")

_NUMBERS = {"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"}


def dump(model: object, path: Path) -> None:
    """Writes a model whose arrays are contiguous; the same bytes for the same model."""
    buffers: list[pickle.PickleBuffer] = []
    parts = [memoryview(pickle.dumps(model, protocol=5, buffer_callback=buffers.append))]
    parts += [buffer.raw() for buffer in buffers]
    spans: list[list[int]] = []
    offset = 0
    for part in parts:
        spans.append([offset, part.nbytes])
        offset += _padded(part.nbytes)
    index = json.dumps({"pickle": spans[0], "buffers": spans[1:]}).encode()
    index += b" " * (_padded(16 + len(index)) - 16 - len(index))
    with path.open("wb") as file:
        file.write(MAGIC + len(index).to_bytes(8, "little") + index)
        for part in parts:
            file.write(part)
            file.write(bytes(_padded(part.nbytes) - part.nbytes))


def load(path: Path, expected: type[T], *others: type) -> T:
    """Maps a model of class `expected`, which is built of `others` and arrays.

    Raises `ModelsUnavailable` for any file that is not that.
    """
    try:
        with path.open("rb") as file:
            content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        if content[:8] != MAGIC:
            raise ModelsUnavailable(
                f"{path.name} is not a model file of this release: fit and publish again with "
                "this release"
            )
        start = 16 + int.from_bytes(content[8:16], "little")
        index = json.loads(bytes(content[16:start]))
        parts = [_part(content, start, *span) for span in [index["pickle"], *index["buffers"]]]
        model = _Unpickler(parts[0], parts[1:], (expected, *others)).load()
        if isinstance(model, expected):
            _check_fields(model)
            return model
    except ModelsUnavailable:
        raise
    except Exception as error:  # A damaged pickle raises nearly anything.
        raise ModelsUnavailable(f"{path.name} is damaged: {type(error).__name__}") from error
    raise ModelsUnavailable(f"{path.name} holds no {expected.__name__}")


def _check_fields(model: Any) -> None:
    """Raises `ModelsUnavailable` unless a dataclass's instance has just its fields, as declared."""
    declared = {field.name: field.type for field in dataclasses.fields(model)}
    if vars(model).keys() != declared.keys():
        raise _misfit(type(model).__name__, "other fields than it declares")
    for name, kind in declared.items():
        value = getattr(model, name)
        if not _fits(value, kind):
            raise _misfit(
                f"{type(model).__name__}.{name}", f"a {type(value).__name__} unlike {kind}"
            )
        if dataclasses.is_dataclass(value):
            _check_fields(value)


def _fits(value: object, kind: Any) -> bool:
    """Whether the value is of the kind: of arrays the numbers, of lists whether all are texts."""
    parts = get_args(kind)
    if not isinstance(value, (float, int) if kind is float else get_origin(kind) or kind):
        return False
    if isinstance(value, np.ndarray) and parts:
        return bool(value.dtype == get_args(parts[1])[0])
    return not isinstance(value, list) or parts != (str,) or {str}.issuperset(map(type, value))


def _misfit(where: str, what: str) -> ModelsUnavailable:
    return ModelsUnavailable(
        f"the model file has {what} in {where}: fit and publish again with this release"
    )


class _Unpickler(pickle.Unpickler):
    def __init__(
        self, content: memoryview, buffers: Iterable[memoryview], classes: tuple[type, ...]
    ) -> None:

        super().__init__(io.BytesIO(content), buffers=buffers)
        self._classes = {(each.__module__, each.__qualname__) for each in classes}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _ARRAYS:
            return _ARRAYS[module, name]
        if (module, name) not in self._classes:
            raise ModelsUnavailable(f"the model file asks for {module}.{name}, which it may not")
        return super().find_class(module, name)


class _Numbers:
    """In place of numpy's type, which takes any state: one that is made of parts or of dates, or
    larger than its numbers, crashes the process or reads outside of the file."""

    def __init__(self, code: str) -> None:
        if code not in _NUMBERS:
            raise ModelsUnavailable(f"the model file asks for arrays of {code!r}, which it may not")
        self.dtype: np.dtype[Any] = np.dtype(code)

    def __setstate__(self, state: object) -> None:
        """Takes nothing but the order of the bytes."""
        for order in "<>|":
            if state == (3, order, None, None, None, -1, -1, 0):
                self.dtype = np.dtype(order + self.dtype.str[1:])
                return
        raise ModelsUnavailable("the model file asks for a type with a state, which it may not")


def _numbers(code: str, *_: object) -> _Numbers:
    return _Numbers(code)


def _array(content: memoryview, numbers: object, shape: tuple[int, ...], order: Any) -> Any:
    if not isinstance(numbers, _Numbers):
        raise ModelsUnavailable("the model file asks for an array of no type, which it may not")
    return np.frombuffer(content, numbers.dtype).reshape(shape, order=order)


_ARRAYS = {("numpy._core.numeric", "_frombuffer"): _array, ("numpy", "dtype"): _numbers}
"""What stands in for the two parts of numpy that a pickled array asks for."""


def _part(content: memoryview, start: int, offset: int, size: int) -> memoryview:
    if offset < 0 or size < 0 or start + offset + size > len(content):
        raise IndexError
    return content[start + offset : start + offset + size]


def _padded(size: int) -> int:
    return -(-size // ALIGN) * ALIGN
