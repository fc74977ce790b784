"""The model card that is published beside the models, in the outline of Mitchell et al. 2019.

It is a function of the models' files, of the data they were fitted on and of their report: the
same input gives the same bytes, so that publishing twice makes one version.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from training.dataset import TEST_SHARE, Dataset
from training.report import COMMONEST, ENOUGH_TEXTS, WORST_TITLES, Report, sets_line

FILE = "model_card.md"
SOURCES = {
    "starter": "the starter corpus: synthetic lines, written for Career Climber",
    "statements": "O*NET® task statements",
    "onet": "an O*NET® text release",
    "postings": "job postings and other files that were gathered; each has a license of its own",
    "submissions": "what people sent in with consent; personal details are taken out as far as "
    "they are found",
    "table": "a table of whoever trained the models; its license is theirs to tell",
}

HEAD = """\
# Model card: Career Climber

After [Model Cards for Model Reporting](https://arxiv.org/abs/1810.03993), Mitchell et al. 2019.
The files, their digests and the version's name are in `manifest.json` beside this card."""

OURS = """\
- `similar_jobs` ranks job titles by how alike their work is to the work that a text tells of. It is
  linear in the words and pairs of words of the text (TF-IDF), of which the first count more and
  those of titles' names count, too; its scores become probabilities by a calibration on texts it
  was not fitted on, and a conformal set says among which titles the right one is in nine cases of
  ten. Where titles have many long texts, it also knows a little of what the starter corpus, which
  was written for Career Climber, has of them."""

FOREIGN = """\
- `similar_jobs` is a scikit-learn pipeline that was not fitted by Career Climber. Nothing is known
  here of its method, its data or its measures: ask whoever made it."""

SKILLS = """\
- `top_skills` lists, for a title, phrases of one to four words that are frequent in its texts and
  rare in others'. What ESCO or O\\*NET® name as a skill comes first among equals.
- `job_insights` tells, for a title, the official wages of the occupation that counts its work (U.S.
  Bureau of Labor Statistics, OEWS, May 2025), and the titles whose texts are most alike. Where
  the data tell of people, it also tells their next jobs, pay and education, in groups of 5 or more;
  where they tell of employers, what these offer and ask for, in groups of 5 or more; and where they
  have it, the education that O\\*NET® says an occupation asks for.
- The code of Career Climber is under Apache 2.0. The data that models are made from have notices
  and licenses of their own, in its `NOTICE.md`: whoever publishes or serves models passes them
  on."""

INTENDED_USE = """
## Intended use

Career exploration: to find titles that one's own work resembles, and words for it. The intended
users are the persons whose work it is.

Out of scope: selecting, ranking or rejecting candidates, or anything else that decides about a
person. Nothing here measures whether the models would do so fairly or well. Do not use them for
that."""

FACTORS = """
## Factors

Measures are told apart by title, by source of the texts and by length of text. What data say of the
people behind the texts is not looked at, so no measure is told apart by groups of people."""

METRICS = """
## Metrics

- top1, top5: the share of texts whose title comes first, or among the first five.
- mrr: the mean of 1/rank of the true title.
- macro_f1: the mean over titles of F1 of the first title.
- ece: expected calibration error, the mean gap between the first title's probability and how often
  it is right, over bins of equal width, weighted by texts.
- Coverage: the share of texts whose set at 90 % holds the true title."""

ETHICS = """
## Ethical considerations

Titles and the words for work carry the history of who did it and who described it; a model of them
repeats it. Models fitted by Career Climber hold weights of words, and phrases of up to four words,
not texts; still, a phrase of a private table may be listed as a skill: read the lists before such
models are published."""

CAVEATS = """
## Caveats and recommendations

- It reads English, and knows work as it is done and named in the data.
- Wages are of whole occupations. Nothing is said of the level or quality of anybody's work.
- A rare title has few texts, so it is found less often. A probability near zero does not mean that
  a person could not do the work.
- Held-out texts come from the same sources as the others: measures say how well these are known,
  not how well other people's texts would do. Measure on your own before relying on them.
- Titles with few held-out texts are measured with large error."""

SYNTHETIC = """

The starter corpus is synthetic: it was written for Career Climber, nobody's real experience is in
it, and it is no sample of what people write on resumes."""

OTHERS = """
Beside these, where titles have many long texts, `similar_jobs` learns from {:,} texts without a
label, or whose title has too few, what the words of titles mean."""

NO_DATA = "\n## Training data\n\nNot noted when these models were fitted."


@dataclass(frozen=True)
class Data:
    """What models were fitted on: texts by source, and how many titles they have.

    `left_out` counts rows that are none of these, by why, `others` texts of other titles that teach
    all the same.
    """

    sources: dict[str, int]
    titles: int
    left_out: dict[str, int]
    others: int = 0

    @property
    def texts(self) -> int:
        """The texts of all sources."""
        return sum(self.sources.values())

    def encode(self) -> str:
        """As JSON text."""
        return json.dumps(asdict(self), indent=1)


def describe(data: Dataset) -> Data:
    """What a card says of a dataset."""
    sources = {str(name): len(each) for name, each in data.rows.groupby("source")}
    return Data(sources, len(data.titles), data.left_out, len(data.others))


def decode(text: str) -> Data:
    """Reads what `Data.encode` wrote."""
    return Data(**json.loads(text))


def card(files: Sequence[Path], data: Data | None, report: Report | None) -> str:
    """The card of models in `files`, in Markdown.

    `data` is None where nobody noted what they were fitted on, `report` where they were not
    measured. A plain pipeline was fitted elsewhere: of it the card knows the file alone, whatever
    `data` and `report` say.
    """
    foreign = any(path.suffix == ".joblib" for path in files)
    measured = None if foreign else report
    parts = [
        _details(files, foreign),
        INTENDED_USE,
        FACTORS,
        METRICS,
        _training_data(data, foreign),
        _evaluation_data(data, measured, foreign),
        _analyses(measured),
        ETHICS,
        CAVEATS,
    ]
    return "\n\n".join([HEAD, *(part.strip("\n") for part in parts)]) + "\n"


def _details(files: Sequence[Path], foreign: bool) -> str:
    sizes = [(f"`{path.name}`", path.stat().st_size) for path in sorted(files)]
    table = _table(("file", "bytes"), sizes)
    return "\n".join(["## Model details\n", FOREIGN if foreign else OURS, SKILLS, "", table])


def _training_data(data: Data | None, foreign: bool) -> str:
    if not data:
        return NO_DATA
    rows = [(name, n, SOURCES.get(name, "")) for name, n in sorted(data.sources.items())]
    lines = [
        "## Training data\n",
        f"{data.texts:,} texts of {data.titles:,} titles"
        + (", of `top_skills` alone:" if foreign else ":"),
        "",
        _table(("source", "texts", "what it is"), rows),
        "",
        "Licenses and notices are in `NOTICE.md` of Career Climber.",
        *(f"\nLeft out: {n:,} ({reason})." for reason, n in data.left_out.items() if n),
        *([OTHERS.format(data.others)] if data.others and not foreign else []),
    ]
    return "\n".join(lines) + (SYNTHETIC if "starter" in data.sources else "")


def _evaluation_data(data: Data | None, measured: Report | None, foreign: bool) -> str:
    if foreign:
        return "## Evaluation data\n\nNone: the pipeline was not measured here."
    if not measured:
        return "## Evaluation data\n\nNone: these models were published without being measured."
    if not measured.groups:
        return "## Evaluation data\n\nNone: nothing is held out of so few texts."
    whole = f" of {data.texts:,}" if data else ""
    return (
        "## Evaluation data\n\n"
        f"{measured.groups['all'].texts:,} texts{whole} are held out: one in {1 / TEST_SHARE:.0f}, "
        "near-copies together, but none\nthat would leave a title too few to learn from. What is "
        "measured is a model of the same kind that\nhas not seen them; the published one is fitted "
        "on all texts. `top_skills` is not measured here."
    )


def _analyses(measured: Report | None) -> str:
    if not measured or not measured.groups:
        return "## Quantitative analyses\n\nNone."
    names = ("texts", "top1", "top5", "mrr", "macro_f1", "ece")
    groups = [
        (name, *(asdict(each)[column] for column in names))
        for name, each in measured.groups.items()
    ]
    bins = [
        (f"{each.low:.3f} - {each.high:.3f}", each.texts, each.said, each.right)
        for each in measured.bins
        if each.texts
    ]
    lines = [
        "## Quantitative analyses\n",
        "Rows `length …` are texts cut to a length, or joined of several of one title.\n",
        _table(("", *names), groups),
        "\nCalibration: the first title's probability, its mean, and how often it is right.\n",
        _table(("probability", "texts", "mean", "right"), bins),
    ]
    if measured.sets:
        lines += ["\n" + sets_line(measured.sets)]
    if measured.worst:
        worst = [(_plain(t.title), t.texts, t.top1, t.top5) for t in measured.worst[:WORST_TITLES]]
        lines += [f"\nWorst titles of those with {ENOUGH_TEXTS} texts or more:\n",
                  _table(("title", "texts", "top1", "top5"), worst)]  # fmt: skip
    if measured.confusions:
        found = [
            (_plain(c.title), _plain(c.answered), c.texts, c.of)
            for c in measured.confusions[:COMMONEST]
        ]
        lines += ["\nCommonest confusions:\n",
                  _table(("true title", "answer", "texts", "of"), found)]  # fmt: skip
    return "\n".join(lines)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    ruler = ["---"] * len(head)
    return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in (head, ruler, *rows))


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def _plain(title: str) -> str:
    """A title as it reads: those of a table may hold anything."""
    return re.sub(r"([\\`*_|<>\[\]])", r"\\\1", " ".join(title.split()))
