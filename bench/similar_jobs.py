"""`similar_jobs` beside its peers on the held-out texts of the dataset it was fitted on."""

from pathlib import Path

from bench import linear, minilm, peers
from bench.minilm import Embeddings
from bench.peers import Comparison, Peer
from shared.models import load_similar_jobs
from training.dataset import Dataset
from training.update import HELD_OUT


def compare(work: Path, embeddings: Embeddings) -> Comparison:
    """All peers, fitted on the training part of the dataset in `work`."""
    data = Dataset.load(work)
    train, test = data.part("train"), data.part("test")
    embeddings.of([*train["text"], *test["text"]])
    compared: dict[str, Peer] = {
        "career climber": load_similar_jobs(work / HELD_OUT, HELD_OUT),
        "original recipe": peers.original_recipe(train),
        "linear model": linear.fit(train),
        "MiniLM, logistic regression": minilm.learned(train, embeddings),
    }
    heading = (
        f"similar jobs, held-out texts: {len(test)}, among {train['title'].nunique()} titles, "
        f"{len(train)} texts to learn from"
    )
    return Comparison(heading, peers.measure(compared, test))
