"""The steps from data to published models, each on what the one before left in a directory."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from shared import model_file
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
    top_skills,
    update,
)
from training.dataset import Dataset
from training.errors import DataError
from training.records import Source
from training.sources.submissions import Submissions

SIMILAR_JOBS = "similar_jobs.model"
TOP_SKILLS = "top_skills.model"
JOB_INSIGHTS = "job_insights.model"
FITTED = (SIMILAR_JOBS, TOP_SKILLS, JOB_INSIGHTS)
COMPARED = (update.HELD_OUT, data_version.FILE)
"""Published beside them, for the next version to be compared with."""
DATA = "data.json"
REPORT = "report.json"
PIPELINE = "similar_jobs.joblib"
ASKED = 100
"""Among so many titles is the one that a model is asked for before it is published."""

Noted = TypeVar("Noted")


def read(work: Path, sources: list[Source], min_rows: int) -> Dataset:
    """Reads the sources and writes one labelled table; models of before are removed."""
    made = dataset.build(sources, min_rows)
    _forget_models(work)  # They were fitted on other texts.
    made.save(work)
    print(f"dataset: {len(made.rows)} texts of {len(made.titles)} titles, "
          f"{len(made.part('test'))} of them held out")  # fmt: skip
    for whose, jobs in made.jobs.groupby("posted")["person"]:
        print(f"jobs: {len(jobs)} of {jobs.nunique()} {'employers' if whose else 'people'}")
    for reason, rows in made.left_out.items():
        if rows:
            print(f"left out: {rows} ({reason})")
    return made


def _forget_models(work: Path) -> None:
    for name in (*FITTED, *COMPARED, DATA, REPORT, *report.PICTURES):
        (work / name).unlink(missing_ok=True)


def fit(work: Path) -> None:
    """Fits the models to publish on all of the dataset, and one without the held-out part."""
    data = Dataset.load(work)
    _forget_models(work)  # Some of before beside some of now would be models of two datasets.
    texts = similar_jobs.read(data)
    held_out = similar_jobs.fit(texts.without(data.groups_of("test")))
    model_file.dump(held_out, work / update.HELD_OUT)
    model_file.dump(similar_jobs.refit(held_out, texts), work / SIMILAR_JOBS)
    skills = top_skills.fit(data.rows, data.names, skill_taxonomy.load())
    model_file.dump(skills, work / TOP_SKILLS)
    model_file.dump(job_insights.fit(data), work / JOB_INSIGHTS)
    described = data_version.describe(data).encode()
    (work / data_version.FILE).write_text(described, encoding="utf-8")
    (work / DATA).write_text(model_card.describe(data).encode(), encoding="utf-8")
    for name in FITTED:
        print(f"fitted: {name}, {(work / name).stat().st_size / 2**20:.1f} MiB")


def evaluate(work: Path, *, as_json: bool) -> None:
    """Measures, on the held-out part, the model fitted without it, and draws what is found."""
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


def publish_fitted(
    work: Path, out: str, *, pipeline: Path | None = None, generation: int | None = None
) -> str:
    """Publishes what is fitted, with a model card; a `pipeline` takes the place of similar_jobs.

    Returns the version's name. `generation` is that of `publish.publish`.
    """
    if pipeline:
        (work / PIPELINE).write_bytes(pipeline.read_bytes())
    paths = [work / name for name in (PIPELINE if pipeline else SIMILAR_JOBS, *FITTED[1:])]
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise DataError(f"{missing[0]} is missing: run the step `fit` first")
    data = _noted(work / DATA, model_card.decode)
    made = None if pipeline else _noted(work / REPORT, report.decode)
    card = work / model_card.FILE
    card.write_text(model_card.card(paths, data, made), encoding="utf-8")
    provenance: dict[str, object] = {"measures": made.measures} if made else {}
    beside = [] if pipeline else [work / name for name in COMPARED if (work / name).exists()]
    if described := _noted(work / data_version.FILE, data_version.decode):
        provenance["data"] = described.summary
    checks = _checks(paths)
    if (held_out := work / update.HELD_OUT) in beside:
        load_similar_jobs(held_out, held_out.name)  # The next update will have to.
    files = [*paths, card, *beside]
    version = publish.publish(files, open_storage(out), provenance, checks, generation).version
    print(f"published: version {version} in {out}")
    _remind(out)
    return version


def _checks(paths: list[Path]) -> dict[str, Check]:
    """What the functions ask of the models once they have loaded them, with the right answers.

    Each is asked for the title that it knows best. Of a pipeline, nothing is known here.
    """
    checks = {}
    of_jobs, of_skills, of_insights = paths
    skills = load_top_skills(of_skills, of_skills.name)
    known = next((title for title in skills.index.titles if first_skill(skills, title)), None)
    if known:
        checks["top_skills"] = Check(known, first_skill(skills, known))
    insights = load_job_insights(of_insights, of_insights.name)
    told = next((title for title in insights.index.titles if first_figure(insights, title)), None)
    if told:
        checks["job_insights"] = Check(told, first_figure(insights, told))
    if of_jobs.name == SIMILAR_JOBS:
        jobs = load_similar_jobs(of_jobs, of_jobs.name)
        rows = {title: jobs.probabilities([title]) for title in jobs.titles[:ASKED]}
        sure = {title: row.max() for title, row in rows.items() if row is not None}
        if sure:
            question = max(sure, key=lambda title: (sure[title], title))
            checks["similar_jobs"] = Check(question, first_title(jobs, question))
    return checks


def _noted(path: Path, decode: Callable[[str], Noted]) -> Noted | None:
    try:
        return decode(path.read_text(encoding="utf-8")) if path.exists() else None
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} is damaged or of another release: run the steps `fit` and `evaluate` again"
        ) from error


def roll_back(out: str) -> None:
    """Makes the version before the current one current again."""
    made = publish.rollback(open_storage(out))
    print(f"rolled back: version {made.version} in {out}")
    _remind(out)


def _remind(out: str) -> None:
    if out.startswith("gs://"):
        print(
            "new instances may still be shown what was current since the last deployment: "
            "`./deploy.sh floor` ends that (SECURITY.md)", file=sys.stderr
        )  # fmt: skip


def read_and_update(work: Path, sources: list[Source], min_rows: int, out: str) -> update.Report:
    """Reads the sources anew, fits, and publishes if that is no worse than what is served.

    Where it is worse and submissions were taken back since, it is tried once more with what was
    sent in before alone: what comes in new must not keep in what is to go.
    """
    storage = open_storage(out)
    generation = publish.generation_of(storage)
    current = publish.current(storage)
    served = update.serving(storage, current, work) if current else None
    made = data_version.describe(read(work, sources, min_rows))
    found = _published_if_no_worse(work, out, served, made, generation)
    withdrawn = set(served.data.submissions) - set(made.submissions) if served else set()
    if found.decision == update.KEPT and withdrawn and served:
        for source in sources:
            if isinstance(source, Submissions):
                source.only = served.data.submissions
        made = data_version.describe(read(work, sources, min_rows))
        again = _published_if_no_worse(work, out, served, made, generation)
        found = replace(again, reasons=[*found.reasons, update.WITHOUT_NEW, *again.reasons])
    return replace(found, withdrawn=len(withdrawn))


def _published_if_no_worse(
    work: Path,
    out: str,
    served: update.Serving | None,
    made: data_version.DataVersion,
    generation: int,
) -> update.Report:
    """Fits on the dataset in `work`, and publishes unless that is worse than what is served.

    `generation` is that of the manifest of what is served, after which alone this may come.
    """
    if served and made.makes_the_same(served.data):
        return update.report(update.UNCHANGED, served, made)
    fit(work)
    compared = None
    if served:
        held_out = load_similar_jobs(work / update.HELD_OUT, update.HELD_OUT)
        compared = update.compare(served, held_out, Dataset.load(work).part("test"))
        if compared.reasons:
            return update.report(update.KEPT, served, made, compared)
    evaluate(work, as_json=False)
    version = publish_fitted(work, out, generation=generation)
    return update.report(update.PUBLISHED, served, made, compared, version)
