"""`python -m training`: from data to published models, in one go or a step at a time."""

import argparse
import sys
import time
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from pathlib import Path

from shared.errors import CareerClimberError
from shared.storage import open_storage
from training import publish, steps, title_agreement
from training.records import Source
from training.sources import DEFAULT, USAGE, open_sources
from training.sources.table import Columns

UPDATE = "update.json"


def step_dataset(options: argparse.Namespace) -> None:
    """Reads the sources and writes one labelled table."""
    steps.read(options.work, _sources_of(options), options.min_rows)


def _sources_of(options: argparse.Namespace) -> list[Source]:
    return open_sources(options.source or DEFAULT, Columns.named_by(options))


def step_gather(options: argparse.Namespace) -> None:
    """Crawls postings from career sites and imports files, as records for the step `process`."""
    from training import gather  # Scrapy and its reactor are for this step alone.

    gather.run(options)


def step_process(options: argparse.Namespace) -> None:
    """Cleans gathered records into a table that `--source postings:FILE` reads."""
    from training import processing

    print(processing.run(options.input, options.rows, options.engine, options.master).text())


def step_fit(options: argparse.Namespace) -> None:
    """Fits the models to publish on all of the dataset, and one without the held-out part."""
    steps.fit(options.work)


def step_evaluate(options: argparse.Namespace) -> None:
    """Measures, on the held-out part, the model fitted without it, and draws what is found."""
    steps.evaluate(options.work, as_json=options.json)


def step_publish(options: argparse.Namespace) -> None:
    """Publishes what is fitted, or a plain pipeline in the place of ours, with a model card."""
    steps.publish_fitted(options.work, options.out, pipeline=options.pipeline)


def step_rollback(options: argparse.Namespace) -> None:
    """Makes the version before the current one current again."""
    steps.roll_back(options.out)


def step_serial(options: argparse.Namespace) -> None:
    """Prints the serial of what is published, which rises with each publication."""
    print(publish.serial(open_storage(options.out)))


def step_titles(options: argparse.Namespace) -> None:
    """Measures title normalisation against a table of renamed titles, and the speed of search."""
    if options.table:
        print(title_agreement.report(options.table))
    print(title_agreement.speed())


def step_update(options: argparse.Namespace) -> None:
    """Reads the sources anew, fits, and publishes if that is no worse than what is served."""
    with _told_apart(options):
        made = steps.read_and_update(
            options.work, _sources_of(options), options.min_rows, options.out
        )
    (options.work / UPDATE).write_text(made.encode(), encoding="utf-8")
    print(made.encode() if options.json else made.text())


def step_build(options: argparse.Namespace) -> None:
    """All of it: dataset, fit, evaluate, publish."""
    started = time.perf_counter()
    with _told_apart(options):
        step_dataset(options)
        step_fit(options)
    step_evaluate(options)
    with _told_apart(options):
        step_publish(options)
        print(f"built in {time.perf_counter() - started:.0f} s")


def _told_apart(options: argparse.Namespace) -> AbstractContextManager[object]:
    """What is printed goes to standard error where the output is to be JSON and nothing else."""
    return redirect_stdout(sys.stderr) if options.json else nullcontext()


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="STEP")
    for name, step, groups in (
        ("build", step_build, (_sources, _work, _json, _out, _pipeline)),
        ("gather", step_gather, (_gather,)),
        ("process", step_process, (_process,)),
        ("dataset", step_dataset, (_sources, _work)),
        ("fit", step_fit, (_work,)),
        ("evaluate", step_evaluate, (_work, _json)),
        ("publish", step_publish, (_work, _out, _pipeline)),
        ("update", step_update, (_sources, _work, _json, _out)),
        ("rollback", step_rollback, (_out,)),
        ("serial", step_serial, (_out,)),
        ("titles", step_titles, (_table,)),
    ):
        sub = commands.add_parser(name, help=step.__doc__, description=step.__doc__)
        sub.set_defaults(step=step)
        for add in groups:
            add(sub)
    return parser


def _sources(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--source", action="append", metavar="S",
        help=f"{USAGE}; may be given several times (default: {', '.join(DEFAULT)})",
    )  # fmt: skip
    _columns(sub)
    sub.add_argument("--label-column", metavar="C", help="titles that are ready made")
    sub.add_argument(
        "--order-column", default="order", metavar="C",
        help="the place of the job among the person's, where there is such a column "
        "(default: order)",
    )  # fmt: skip
    sub.add_argument(
        "--min-rows", type=int, default=3, metavar="N",
        help="titles with fewer different texts are left out (default: 3, which is the least)",
    )  # fmt: skip


def _columns(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--title-column", default="title", metavar="C", help="default: title")
    sub.add_argument(
        "--description-column", default="description", metavar="C", help="default: description"
    )
    sub.add_argument(
        "--start-column", default="start", metavar="C",
        help="when the work began, where there is such a column (default: start)",
    )  # fmt: skip
    sub.add_argument(
        "--end-column", default="end", metavar="C",
        help="when it ended, where there is such a column (default: end)",
    )  # fmt: skip
    for name, meaning in (
        ("person", "who held the job: jobs of one person make a way"),
        ("salary", "US dollars a year"),
        ("state", "the state of the United States where it was, or the place"),
        ("education", "the person's degree or level of education"),
        ("field", "what it was in"),
    ):
        sub.add_argument(
            f"--{name}-column", default=name, metavar="C",
            help=f"{meaning}, where there is such a column (default: {name})",
        )  # fmt: skip


def _gather(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("pages", nargs="*", metavar="URL", help="a page with postings")
    sub.add_argument(
        "--sitemap", action="append", default=[], metavar="URL",
        help="a sitemap, or a robots.txt that names some",
    )  # fmt: skip
    sub.add_argument(
        "--listing", action="append", default=[], metavar="URL",
        help="a page that links to postings, and to further such pages",
    )  # fmt: skip
    sub.add_argument(
        "--contact", metavar="C",
        help="where the owners of the sites reach you, a page or an e-mail address: "
        "told to them with each request",
    )  # fmt: skip
    sub.add_argument(
        "--delay", type=float, default=2.0, metavar="S",
        help="seconds between two requests to a site; its robots.txt may ask for more "
        "(default: 2)",
    )  # fmt: skip
    sub.add_argument(
        "--budget", type=int, default=1000, metavar="N",
        help="pages that are asked for at most; the next run goes on with the others "
        "(default: 1000)",
    )  # fmt: skip
    sub.add_argument(
        "--json-resume", action="append", type=Path, default=[], metavar="FILE",
        help="a JSON Resume: its jobs, without the person",
    )  # fmt: skip
    sub.add_argument(
        "--table", action="append", type=Path, default=[], metavar="FILE",
        help="a CSV or Parquet table of people's jobs, with a title in each row",
    )  # fmt: skip
    sub.add_argument(
        "--postings", action="append", type=Path, default=[], metavar="FILE",
        help="a CSV or Parquet table of postings, with a title in each row",
    )  # fmt: skip
    sub.add_argument(
        "--onet", action="append", type=Path, default=[], metavar="DIR",
        help="an O*NET text release",
    )  # fmt: skip
    _columns(sub)
    sub.add_argument(
        "--employer-column", default="employer", metavar="C",
        help="who posted it, where there is such a column (default: employer)",
    )  # fmt: skip
    sub.add_argument(
        "--licence", default="not known: ask who published it", metavar="NOTE",
        help="what may be done with these data, kept in each record; what a page says of itself "
        "goes before",
    )  # fmt: skip
    sub.add_argument(
        "--out", type=Path, default=Path(".cache/gathered"), metavar="DIR",
        help="where the records are kept, and what is known of the sites "
        "(default: .cache/gathered)",
    )  # fmt: skip


def _process(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "input", nargs="*", default=[".cache/gathered/records.jsonl"], metavar="FILE",
        help="what `gather` has written (default: .cache/gathered/records.jsonl)",
    )  # fmt: skip
    sub.add_argument(
        "--rows", default=".cache/processed.parquet", metavar="FILE",
        help="the table; a directory of tables with Spark (default: .cache/processed.parquet)",
    )  # fmt: skip
    sub.add_argument(
        "--engine", choices=("process", "spark"), default="process",
        help="one process, or Apache Spark for what outgrows a machine (default: process)",
    )  # fmt: skip
    sub.add_argument(
        "--master", metavar="URL",
        help="of Spark: the cluster, such as spark://HOST:7077 (default: this machine)",
    )  # fmt: skip


def _work(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--work", type=Path, default=Path(".cache/training"), metavar="DIR",
        help="where the steps leave their results for each other (default: .cache/training)",
    )  # fmt: skip


def _json(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--json", action="store_true", help="print the measures as JSON")


def _out(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--out", default="models", metavar="DIR",
        help="where the functions read: a directory or gs://bucket/prefix (default: models)",
    )  # fmt: skip


def _pipeline(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--pipeline", type=Path, metavar="FILE",
        help="publish this scikit-learn pipeline, pickled by joblib, as similar_jobs",
    )  # fmt: skip


def _table(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--table", type=Path, metavar="FILE",
        help="a CSV with the columns original_job and new_job",
    )  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Runs a step; 1 and one line on standard error where the data or storage are at fault."""
    options = parser().parse_args(arguments)
    try:
        options.step(options)
    except (CareerClimberError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
