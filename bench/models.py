"""`similar_jobs` beside the original's recipe, on the same held-out texts."""

from pathlib import Path

from bench import original
from shared.models import load_similar_jobs
from shared.pipeline import PipelineJobs
from training import evaluate
from training.dataset import Dataset


def compare(work: Path) -> dict[str, dict[str, object]]:
    """The measures of both on the held-out part of the dataset in `work`."""
    data = Dataset.load(work)
    ours = load_similar_jobs(work / "held_out.model", "held_out.model")
    recipe = original.fit(data.part("train"))
    theirs = PipelineJobs([str(title) for title in recipe.classes_], recipe)
    pairs = list(zip(data.part("test")["title"], data.part("test")["text"], strict=True))
    return {
        name: evaluate.measure(evaluate.predict(model, pairs)).__dict__
        for name, model in (("career climber", ours), ("original recipe", theirs))
    }
