"""`python -m bench`: prints the tables; see Makefile for where the models come from."""

import argparse
from pathlib import Path

import pandas as pd

from bench import models, serving


def main() -> None:
    """Runs every measure on a training step's results and published models."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".cache/training"))
    parser.add_argument("--models", type=Path, default=Path("models"))
    options = parser.parse_args()
    _print("similar jobs, held-out texts", pd.DataFrame(models.compare(options.work)).T)
    _print("serving, 144 words", serving.measure(options.work, options.models))


def _print(title: str, frame: pd.DataFrame) -> None:
    print(f"\n{title}\n{frame.to_string(float_format=lambda value: f'{value:.3f}')}")


if __name__ == "__main__":
    main()
