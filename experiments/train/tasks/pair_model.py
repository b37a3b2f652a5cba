"""The pair model, which says how two pictures are related.

It learns from resaves, edits, stages and variants that are made of drawings and paintings, from works whose embeddings
are near each other, from natural pairs that were judged by eye, and from pictures whose names say that they are colour
variants; these count several times. The features depend on the shipped embedding model, so this task has to be run
again after that has changed. Preparing takes most of the time: all pairs are compared first.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from experiments.pack.pack_file import pack_path, read_pack
from experiments.train.pair_measurements import PairExamples, pair_examples
from experiments.train.tasks.task_data import SMALL_ROWS
from experiments.train.training_task import PreparedTraining
from pochade.models import weights
from pochade.models.checkpoints import save_model
from pochade.models.model_configs import PAIR_RELATIONS
from pochade.models.pair_model import PairModel

SAME_WORK = ("resave", "edit", "version")
JUDGED_TIMES, NAMED_TIMES = 20, 5  # how often a pair counts that was judged by eye, or named by its author
DIFFERENT = PAIR_RELATIONS.index("different")
DIFFERENT_TIMES = 3  # the same for made pairs of different works, which are most of what a collection proposes
FEATURE_NOISE = 0.3  # standard deviation, relative to that of each feature, of what is added in training
MIN_SPREAD = 1e-3
LIKELIHOOD = 0.5  # from which a pair counts as one work


@dataclass(frozen=True)
class PairTask:
    """Training of the pair model to classify the relations of pairs."""

    name: str = "pairs"
    file: str = weights.PAIR_FILE
    batch_size: int = 512
    rate: float = 1e-2
    headline: str = "mean_accuracy"

    def prepare(self, device: torch.device, *, small: bool = False) -> PreparedTraining:
        """Make the pairs, and compute their features."""
        pack = read_pack(pack_path("pairs"))
        training, unseen = (
            pair_examples(pack, held_out=flag, most=SMALL_ROWS // 4 if small else None) for flag in (False, True)
        )
        with torch.random.fork_rng():
            torch.manual_seed(0)  # every run begins with the same weights, so that it can be reproduced
            model = PairModel().to(device)
        model.middle.copy_(training.features.mean(0))
        model.spread.copy_(training.features.std(0).clamp(min=MIN_SPREAD))
        times = torch.where(training.relations == DIFFERENT, DIFFERENT_TIMES, 1)
        times = torch.where(training.named, NAMED_TIMES, torch.where(training.judged, JUDGED_TIMES, times))
        data = [values.repeat_interleave(times, 0).to(device) for values in (training.features, training.relations)]

        def evaluate(model: nn.Module) -> dict[str, float]:
            return relation_figures(model(unseen.features.to(device)).softmax(2).mean(0).cpu(), unseen)

        return PreparedTraining(model, (data[0], data[1]), relation_loss, evaluate)

    def write(self, model: nn.Module, path: Path) -> None:
        """Write the weights."""
        save_model(path, model)


def relation_loss(model: PairModel, features: Tensor, relations: Tensor) -> Tensor:
    """Cross-entropy of the relations, in nats; the mean over all perceptrons, which get different noise.

    Args:
        model: The model in training.
        features: Features of pairs (P, 66), divided by 255: the training loop takes all inputs for pixels.
        relations: The numbers of their relations (P,).
    """
    features = features * 255
    noise = FEATURE_NOISE * model.spread if model.training else torch.zeros_like(model.spread)
    logits = model.member_logits([features + noise * torch.randn_like(features) for _ in model.members])
    return functional.cross_entropy(logits.flatten(0, 1), relations.repeat(len(model.members)))


def relation_figures(probabilities: Tensor, examples: PairExamples) -> dict[str, float]:
    """How well pairs are classified.

    Args:
        probabilities: Of the relations (P, 5).
        examples: The pairs.

    Returns:
        `accuracy` is the share of right answers among made pairs, `judged_accuracy` that among judged ones, and
        `mean_accuracy` the mean of both. `precision` and `recall` are those of pairs found to be one work.
    """
    right = (probabilities.argmax(1) == examples.relations).float()
    one_work = torch.tensor([PAIR_RELATIONS.index(name) for name in SAME_WORK])
    found = probabilities[:, one_work].sum(1) > LIKELIHOOD
    is_true = torch.isin(examples.relations, one_work)
    hits = float((found & is_true).sum())
    made, judged = (_mean(right[where]) for where in (~(examples.judged | examples.named), examples.judged))
    return {
        "accuracy": made,
        "judged_accuracy": judged,
        "mean_accuracy": (made + judged) / 2,
        "precision": hits / max(1, int(found.sum())),
        "recall": hits / max(1, int(is_true.sum())),
    }


def _mean(values: Tensor) -> float:
    return float(values.mean()) if len(values) else 0.0
