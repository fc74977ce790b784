"""`python -m training`: from data to published models, in one go or a step at a time."""

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from shared import model_file
from shared.errors import CareerClimberError
from shared.job_insights import first_figure, load_job_insights
from shared.manifest import Check
from shared.models import first_title, load_similar_jobs
from shared.storage import open_storage
from shared.top_skills import first_skill, load_top_skills
from training import (
    data_version,
    dataset,
    job_insights,
    model_card,
    publish,
    report,
    similar_jobs,
    skill_taxonomy,
    title_agreement,
    top_skills,
    update,
)
from training.dataset import Dataset
from training.errors import DataError
from training.records import Source
from training.sources import DEFAULT, open_sources
from training.sources.submissions import Submissions
from training.sources.table import Columns

FITTED = ("similar_jobs.model", "top_skills.model", "job_insights.model")
COMPARED = (update.HELD_OUT, data_version.FILE)
"""Published beside them, for the next version to be compared with."""
DATA = "data.json"
REPORT = "report.json"
UPDATE = "update.json"
PIPELINE = "similar_jobs.joblib"
ASKED = 100
"""Among so many titles is the one that a model is asked for before it is published."""

Noted = TypeVar("Noted")


def step_dataset(options: argparse.Namespace) -> None:
    """Reads the sources and writes one labelled table."""
    _read(options, _sources_of(options))


def _sources_of(options: argparse.Namespace) -> list[Source]:
    return open_sources(options.source or DEFAULT, Columns.named_by(options))


def _read(options: argparse.Namespace, sources: list[Source]) -> Dataset:
    made = dataset.build(sources, options.min_rows)
    made.save(options.work)
    _forget_models(options.work)  # They were fitted on other texts.
    print(f"dataset: {len(made.rows)} texts of {len(made.titles)} titles, "
          f"{len(made.part('test'))} of them held out")  # fmt: skip
    for whose, jobs in made.jobs.groupby("posted")["person"]:
        print(f"jobs: {len(jobs)} of {jobs.nunique()} {'employers' if whose else 'people'}")
    for reason, rows in made.left_out.items():
        if rows:
            print(f"left out: {rows} ({reason})")
    return made


def _forget_models(work: Path) -> None:
    for name in (*FITTED, *COMPARED, DATA, REPORT):
        (work / name).unlink(missing_ok=True)


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
    _fit(options.work)


def _fit(work: Path) -> None:
    data = Dataset.load(work)
    _forget_models(work)  # Some of before beside some of now would be models of two datasets.
    texts = similar_jobs.read(data.rows, data.others)
    held_out = similar_jobs.fit(texts.without(data.groups_of("test")))
    model_file.dump(held_out, work / update.HELD_OUT)
    model_file.dump(similar_jobs.refit(held_out, texts), work / FITTED[0])
    skills = top_skills.fit(data.rows, data.names, skill_taxonomy.load())
    model_file.dump(skills, work / FITTED[1])
    model_file.dump(job_insights.fit(data), work / FITTED[2])
    described = data_version.describe(data).encode()
    (work / data_version.FILE).write_text(described, encoding="utf-8")
    (work / DATA).write_text(model_card.describe(data).encode(), encoding="utf-8")
    for name in FITTED:
        print(f"fitted: {name}, {(work / name).stat().st_size / 2**20:.1f} MiB")


def step_evaluate(options: argparse.Namespace) -> None:
    """Measures, on the held-out part, the model fitted without it, and draws what is found."""
    _evaluate(options.work, as_json=options.json)


def _evaluate(work: Path, *, as_json: bool) -> None:
    data = Dataset.load(work)
    path = work / update.HELD_OUT
    if not path.exists():
        raise DataError(f"{work} has no fitted model: run the step `fit` first")
    made = report.report(load_similar_jobs(path, path.name), data.part("test"))
    (work / REPORT).write_text(made.encode(), encoding="utf-8")
    from training import pictures  # Matplotlib takes a second to import.

    drawn = pictures.draw(made, work)
    print(made.encode() if as_json else report.text(made))
    for picture in [] if as_json else drawn:
        print(f"drawn: {picture}")


def step_publish(options: argparse.Namespace) -> None:
    """Publishes what is fitted, or a plain pipeline in the place of ours, with a model card."""
    _publish(options.work, options.out, pipeline=options.pipeline)


def _publish(
    work: Path, out: str, *, pipeline: Path | None = None, generation: int | None = None
) -> str:
    """Returns the version's name. `generation` is that of `publish.publish`."""
    paths = [work / name for name in FITTED]
    if pipeline:
        paths[0] = work / PIPELINE
        paths[0].write_bytes(pipeline.read_bytes())
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise DataError(f"{missing[0]} is missing: run the step `fit` first")
    data = _noted(work / DATA, model_card.decode)
    made = None if pipeline else _noted(work / REPORT, report.decode)
    card = work / model_card.FILE
    card.write_text(model_card.card(paths, data, made), encoding="utf-8")
    provenance: dict[str, object] = {"measures": made.measures} if made else {}
    beside = [] if pipeline else [work / name for name in COMPARED]
    if described := _noted(work / data_version.FILE, data_version.decode):
        provenance["data"] = described.summary
    checks = _checks(paths)
    files = [*paths, card, *(path for path in beside if path.exists())]
    version = publish.publish(files, open_storage(out), provenance, checks, generation).version
    print(f"published: version {version} in {out}")
    _remind(out)
    return version


def _checks(paths: list[Path]) -> dict[str, Check]:
    """What the functions ask of the models once they have loaded them, with the right answers.

    Each is asked for the title that it knows best. Of a pipeline, nothing is known here.
    """
    checks = {}
    skills = load_top_skills(paths[1], paths[1].name)
    known = next((title for title in skills.index.titles if first_skill(skills, title)), None)
    if known:
        checks["top_skills"] = Check(known, first_skill(skills, known))
    insights = load_job_insights(paths[2], paths[2].name)
    told = next((title for title in insights.index.titles if first_figure(insights, title)), None)
    if told:
        checks["job_insights"] = Check(told, first_figure(insights, told))
    if paths[0].name == FITTED[0]:
        jobs = load_similar_jobs(paths[0], paths[0].name)
        rows = {title: jobs.probabilities([title]) for title in jobs.titles[:ASKED]}
        sure = {title: row.max() for title, row in rows.items() if row is not None}
        if sure:
            question = max(sure, key=lambda title: (sure[title], title))
            checks["similar_jobs"] = Check(question, first_title(jobs, question))
    return checks


def _noted(path: Path, decode: Callable[[str], Noted]) -> Noted | None:
    return decode(path.read_text(encoding="utf-8")) if path.exists() else None


def step_rollback(options: argparse.Namespace) -> None:
    """Makes the version before the current one current again."""
    made = publish.rollback(open_storage(options.out))
    print(f"rolled back: version {made.version} in {options.out}")
    _remind(options.out)


def _remind(out: str) -> None:
    if out.startswith("gs://"):
        print(
            "new instances may still be shown what was current since the last deployment: "
            "`./deploy.sh floor` ends that (SECURITY.md)", file=sys.stderr
        )  # fmt: skip


def step_serial(options: argparse.Namespace) -> None:
    """Prints the serial of what is published, which rises with each publication."""
    print(publish.serial(open_storage(options.out)))


def step_titles(options: argparse.Namespace) -> None:
    """Measures title normalisation against a table of renamed titles, and the speed of search."""
    if options.table:
        print(title_agreement.report(options.table))
    print(title_agreement.speed())


def step_update(options: argparse.Namespace) -> None:
    """Reads the sources anew, fits, and publishes if that is no worse than what is served.

    Where it is worse and submissions were taken back since, it is tried once more with what was
    sent in before alone: what comes in new must not keep in what is to go.
    """
    with _told_apart(options):
        made = _update(options)
    (options.work / UPDATE).write_text(made.encode(), encoding="utf-8")
    print(made.encode() if options.json else made.text())


def _update(options: argparse.Namespace) -> update.Report:
    storage = open_storage(options.out)
    generation = publish.generation_of(storage)
    current = publish.current(storage)
    served = update.serving(storage, current, options.work) if current else None
    sources = _sources_of(options)
    made = data_version.describe(_read(options, sources))
    found = _updated(options, served, made, generation)
    withdrawn = set(served.data.submissions) - set(made.submissions) if served else set()
    if found.decision == update.KEPT and withdrawn and served:
        for source in sources:
            if isinstance(source, Submissions):
                source.only = served.data.submissions
        made = data_version.describe(_read(options, sources))
        again = _updated(options, served, made, generation)
        found = replace(again, reasons=[*found.reasons, update.WITHOUT_NEW, *again.reasons])
    return replace(found, withdrawn=len(withdrawn))


def _updated(
    options: argparse.Namespace,
    served: update.Serving | None,
    made: data_version.DataVersion,
    generation: int,
) -> update.Report:
    """Fits on the dataset in the working directory, and publishes unless that is worse.

    `generation` is that of the manifest of what is served, after which alone this may come.
    """
    if served and made.makes_the_same(served.data):
        return update.report(update.UNCHANGED, served, made)
    _fit(options.work)
    compared = None
    if served:
        held_out = load_similar_jobs(options.work / update.HELD_OUT, update.HELD_OUT)
        compared = update.compare(served, held_out, Dataset.load(options.work).part("test"))
        if compared.reasons:
            return update.report(update.KEPT, served, made, compared)
    _evaluate(options.work, as_json=False)
    version = _publish(options.work, options.out, generation=generation)
    return update.report(update.PUBLISHED, served, made, compared, version)


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
    steps = parser.add_subparsers(required=True, metavar="STEP")
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
        sub = steps.add_parser(name, help=step.__doc__, description=step.__doc__)
        sub.set_defaults(step=step)
        for add in groups:
            add(sub)
    return parser


Add = Callable[[argparse.ArgumentParser], None]


def _sources(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--source", action="append", metavar="S",
        help="starter, statements, onet:DIR, table:FILE, postings:URI or submissions:URI; may be "
        f"given several times (default: {', '.join(DEFAULT)})",
    )  # fmt: skip
    _columns(sub)
    sub.add_argument("--label-column", metavar="C", help="titles that are ready made")
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
        ("order", "the place of the job among the person's"),
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
