"""What is done to every record that was gathered, and the two engines that do it.

Tables read pay, places and schooling by modules of this package, also where an update runs by
schedule: that has no packages for markup and languages, so nothing is imported before it is used.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from training.errors import DataError

if TYPE_CHECKING:
    from training.processing.outcome import Outcome

SPARK = "training/processing/requirements-spark.txt"


def run(inputs: Sequence[str], out: str, engine: str, master: str | None) -> "Outcome":
    """The step `process`. Raises `DataError`."""
    if engine == "process":
        from training.processing import one_process

        return one_process.process(list(map(Path, inputs)), Path(out))
    with warnings.catch_warnings():
        # It is about pandas on Spark, which is not used here.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support", FutureWarning)
        return _on_spark(inputs, out, master)


def _on_spark(inputs: Sequence[str], out: str, master: str | None) -> "Outcome":
    try:
        from training.processing import spark
    except ModuleNotFoundError:
        raise DataError(f"Spark is missing: pip install -r {SPARK}") from None
    session = spark.session(master)
    try:
        return spark.process(session, inputs, out)
    finally:
        session.stop()
