"""`python -m bench`: prints the tables; see Makefile for where the models come from."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from bench import (
    experiences,
    growth,
    occupations,
    pages,
    resumes,
    serving,
    similar_jobs,
    skills,
    small_instance,
    whole,
)
from bench.minilm import Embeddings
from bench.peers import Comparison
from training.errors import DataError

TABLES = ("skills", "similar_jobs", "whole", "resumes", "serving", "small_instance", "growth")


def main() -> int:
    """Runs the measures on a training step's results and published models."""
    options = _options()
    try:
        for table in _tables(options):
            text = table.measures.to_string(float_format=lambda value: f"{value:.3f}")
            print(f"\n{table.heading}\n{text}", flush=True)
            if options.write:
                pages.write(table)
    except DataError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".cache/training"))
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument(
        "--experiences", type=Path, help="a table of people's jobs: bench/experiences.py"
    )
    parser.add_argument("--only", choices=TABLES, help="one kind of measures")
    parser.add_argument(
        "--resumes", type=Path, help="a Parquet table of people's jobs: bench/resumes.py"
    )
    parser.add_argument(
        "--onet", type=Path,
        help="a full O*NET release: bench/occupations.py, with --resumes, and bench/skills.py",
    )  # fmt: skip
    parser.add_argument(
        "--write", action="store_true", help="also write tables into README.md and docs/serving.md"
    )
    parser.add_argument("--label-column", default="title_original114")
    options = parser.parse_args()
    if options.only == "resumes" and not options.resumes:
        parser.error("--only resumes: --resumes FILE is missing")
    return options


def _tables(options: argparse.Namespace) -> Iterator[Comparison]:
    if options.experiences:
        measures = experiences.compare(options.work, options.experiences, options.label_column)
        yield Comparison("one title from several earlier jobs", measures)
        return
    chosen = {options.only} if options.only else set(TABLES)
    embeddings = Embeddings()
    if "skills" in chosen:
        measures = skills.compare(options.work, options.onet)
        yield Comparison("top skills, 20 phrases a title", measures)
    if "similar_jobs" in chosen:
        yield similar_jobs.compare(options.work, embeddings)
    if "whole" in chosen:
        yield whole.compare(options.work)
    if "resumes" in chosen and options.resumes:
        yield from _of_resumes(options, embeddings)
    if "serving" in chosen:
        yield from serving.measure(options.work, options.models)
    if "small_instance" in chosen and small_instance.possible():
        yield small_instance.measure(options.work, options.models)
    if "growth" in chosen:
        yield growth.compare(options.write)


def _of_resumes(options: argparse.Namespace, embeddings: Embeddings) -> Iterator[Comparison]:
    data = resumes.read(options.resumes, options.label_column)
    yield resumes.compare_recipes(data, embeddings)
    defaults = resumes.fit_defaults(options.work, embeddings)
    yield resumes.compare_defaults(data, defaults, embeddings)
    if options.onet:
        yield occupations.compare(options.resumes, options.onet, defaults, embeddings)


if __name__ == "__main__":
    sys.exit(main())
