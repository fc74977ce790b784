"""The engine for what outgrows a machine: the same cleaning on Apache Spark.

What a row is, and what resembles what, is said in the modules that `one_process` uses, too; here
is only how they are spread. A machine that dies takes nothing with it: Spark makes its parts again.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pyspark
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col, explode, isnotnull, lit, struct, udf, when
from pyspark.sql.functions import min as least
from pyspark.storagelevel import StorageLevel

from training.errors import DataError
from training.processing.clean import COLUMNS, DUPLICATE, clean_line
from training.processing.near_duplicates import alike
from training.processing.outcome import Outcome

NAME = "career-climber processing"
PARTS = {"spark.sql.files.maxPartitionBytes": str(8 * 2**20)}
"""Some thousand records a task: what a lost machine had begun is soon made again."""

_TYPES = {int: "int", str: "string"}
_SCHEMA = ", ".join(f"{name} {_TYPES[kind]}" for name, kind in COLUMNS.items())
_SIGNED = f"{_SCHEMA}, keys array<bigint>, sample binary"


def session(master: str | None = None) -> SparkSession:
    """A session on this machine, or on the cluster that `master` names.

    Raises `DataError` where there is no Java.
    """
    if not shutil.which("java") and "JAVA_HOME" not in os.environ:
        raise DataError("Spark needs Java 17 or newer, and there is none")
    # Executors that start on this machine find Spark, this Python and this code.
    os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {
        "spark.executorEnv.PYTHONPATH": str(Path(__file__).parents[2]),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": str(sys.stderr.isatty()).lower(),
        "spark.log.level": "ERROR",
        **PARTS,
    }
    builder = SparkSession.builder.appName(NAME).master(master or "local[*]")
    try:
        made: SparkSession = builder.config(map=settings).getOrCreate()
    except PySparkException as error:
        raise DataError(f"Spark does not start: {_first_line(error)}") from error
    return made


def process(spark: SparkSession, inputs: Sequence[str], out: str) -> Outcome:
    """Writes the rows of all files, ordered by id, into the directory `out`, as Parquet.

    The rows are those of `one_process.process`. Raises `DataError` with what Spark cannot do.
    """
    try:
        lines = spark.read.option("lineSep", "\n").text(list(inputs))
        cleaned = lines.rdd.map(lambda line: _clean(line.value))
        # Cleaned once, kept on the executors' disks, and made again where an executor is lost.
        signed = spark.createDataFrame(cleaned, _SIGNED, verifySchema=False).persist(
            StorageLevel.DISK_ONLY
        )
        signed.count()
        rows = _each_once(signed)
        found = _duplicates(signed)
        marked = rows.drop("left_out", "duplicate_of").join(_why(rows, found), "id")
        marked.select(*COLUMNS).orderBy("id").write.mode("overwrite").parquet(out)
        counts = spark.read.schema(_SCHEMA).parquet(out).groupBy("left_out").count().collect()
    except PySparkException as error:
        raise DataError(f"Spark: {_first_line(error)}") from error
    return Outcome({row["left_out"]: row["count"] for row in counts})


def _clean(line: str) -> tuple[object, ...]:
    row, signature = clean_line(line)
    return (*row.values(), list(signature.keys), signature.sample)


def _each_once(signed: DataFrame) -> DataFrame:
    """Of a record that was gathered twice, the one fetched first."""
    rest = [name for name in COLUMNS if name not in ("id", "fetched", "licence")]
    earliest = least(struct("fetched", "licence", *rest)).alias("row")
    return signed.groupBy("id").agg(earliest).select("id", "row.*")


def _duplicates(signed: DataFrame) -> DataFrame:
    """`id` and `first`: each record beside the smallest one of a group that it resembles."""
    banded = signed.select("id", "sample", explode("keys").alias("key"))
    firsts = banded.groupBy("key").agg(least(struct("id", "sample")).alias("first"))
    pairs = banded.join(firsts, "key").where("id > first.id")
    resembles = udf(lambda one, other: alike(bytes(one), bytes(other)), "boolean", useArrow=False)
    alike_ones = pairs.where(resembles("sample", "first.sample"))
    return alike_ones.groupBy("id").agg(least("first.id").alias("first"))


def _why(rows: DataFrame, found: DataFrame) -> DataFrame:
    """`left_out` and `duplicate_of` of each id."""
    joined = rows.select("id", "left_out").join(found, "id", "left")
    why = when(isnotnull("first"), lit(DUPLICATE)).otherwise(col("left_out"))
    return joined.select("id", why.alias("left_out"), col("first").alias("duplicate_of"))


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
