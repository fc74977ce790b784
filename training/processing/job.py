"""What a Spark cluster is given to run. `docs/processing.md` says how.

spark-submit training/processing/job.py --rows DIRECTORY FILE …
"""

import argparse

from pyspark.sql import SparkSession

from training.processing.spark import NAME, PARTS, process


def main() -> None:
    """Cleans the gathered records of all files into a directory of Parquet tables."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("input", nargs="+", metavar="FILE")
    parser.add_argument("--rows", required=True, metavar="DIRECTORY")
    options = parser.parse_args()
    session = SparkSession.builder.appName(NAME).config(map=PARTS).getOrCreate()
    try:
        print(process(session, options.input, options.rows).text())
    finally:
        session.stop()


if __name__ == "__main__":
    main()
