"""`python -m bench`: prints the tables; see Makefile for where the models come from."""

import argparse
from pathlib import Path

import pandas as pd

from bench import experiences, models, serving, skills


def main() -> None:
    """Runs every measure on a training step's results and published models."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".cache/training"))
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument(
        "--experiences", type=Path, help="a table of people's jobs: bench/experiences.py"
    )
    parser.add_argument(
        "--skills", action="store_true", help="only what is measured of skills: bench/skills.py"
    )
    parser.add_argument("--onet", type=Path, help="a full O*NET release, for its technologies")
    parser.add_argument("--label-column", default="title_original114")
    options = parser.parse_args()
    if options.experiences:
        table = experiences.compare(options.work, options.experiences, options.label_column)
        _print("one title from several earlier jobs", table)
        return
    _print("top skills, 20 phrases a title", skills.compare(options.work, options.onet))
    if options.skills:
        return
    _print("similar jobs, held-out texts", pd.DataFrame(models.compare(options.work)).T)
    _print("serving, 144 words", serving.measure(options.work, options.models))


def _print(title: str, frame: pd.DataFrame) -> None:
    print(f"\n{title}\n{frame.to_string(float_format=lambda value: f'{value:.3f}')}")


if __name__ == "__main__":
    main()
