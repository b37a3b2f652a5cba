"""The mark model, which tells dust from small drawn marks.

It learns from pages of letters, handwriting, faces, dots, hatches and drawings that are damaged as scans are, from what
the shipped denoiser makes of them. So this task has to be run again after the denoiser has changed. Preparing takes
most of the time: all pages are drawn, damaged, cleaned and measured first.

Preparing takes about eight minutes of one core, and `--steps 1200` are half a minute.

Of the held-out pages, `removed` is the share of dust that is removed if one drawn mark of 1,000 may be lost. The same
marks choose the model's limit.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from experiments.train.tasks.mark_examples import MarkExamples, is_page_held_out, mark_examples
from experiments.train.training_task import PreparedTraining
from pochade.analysis.mark_features import FEATURE_NAMES
from pochade.cleaning.speck_choice import LARGEST_SPECK
from pochade.models import weights
from pochade.models.checkpoints import save_model
from pochade.models.mark_model import MarkModel

PAGES, SMALL_PAGES = 360, 8
MARKS_PER_PAGE = 150  # the marks of a page with more count less
DRAWN_WEIGHT = 3.0  # of drawn marks in the loss
FEATURE_NOISE = 0.3  # standard deviation, relative to that of each feature, of what is added in training
MIN_SPREAD = 1e-3
MIN_DISTINCTION = 4.0  # of a mark's contrast to the unevenness of its ground, from which a drawn mark counts
MAX_RING_CHANGE = 0.12  # share of a mark's contrast by which the denoiser may change the ground around it
ALLOWED_LOSS = 1 / 1000  # of the drawn marks of held-out pages
LOSSES = {"removed_at_1_in_10000": 1e-4, "removed": ALLOWED_LOSS, "removed_at_1_in_500": 2e-3}


@dataclass(frozen=True)
class MarkTask:
    """Training of the mark model to tell dust from drawn marks."""

    name: str = "marks"
    file: str = weights.MARK_FILE
    batch_size: int = 512
    rate: float = 1e-2
    headline: str = "removed"

    def prepare(self, device: torch.device, *, small: bool = False) -> PreparedTraining:
        """Make the pages, and measure their marks."""
        pages = range(SMALL_PAGES if small else PAGES)
        training, unseen = (
            mark_examples([number for number in pages if is_page_held_out(number) == flag]) for flag in (False, True)
        )
        with torch.random.fork_rng():
            torch.manual_seed(0)  # every run begins with the same weights, so that it can be reproduced
            model = MarkModel().to(device)
        model.middle.copy_(training.features.mean(0))
        model.spread.copy_(training.features.std(0).clamp(min=MIN_SPREAD))
        data = training.features, training.is_dust.long(), mark_weights(training)

        def evaluate(model: nn.Module) -> dict[str, float]:
            assert isinstance(model, MarkModel)
            logits = model.dust_logits(unseen.features.to(device)).cpu()
            model.limit.fill_(choose_limit(logits, unseen, ALLOWED_LOSS))
            return mark_figures(logits, unseen)

        return PreparedTraining(model, tuple(values.to(device) for values in data), mark_loss, evaluate)

    def write(self, model: nn.Module, path: Path) -> None:
        """Write the weights, and the limit that the last evaluation chose."""
        save_model(path, model)


def mark_weights(examples: MarkExamples) -> Tensor:
    """How much each mark counts in the loss, (M,): drawn ones more, those of crowded pages less."""
    on_page = torch.bincount(examples.pages)[examples.pages]
    return (MARKS_PER_PAGE / on_page).clamp(max=1) * torch.where(examples.is_dust, 1.0, DRAWN_WEIGHT)


def mark_loss(model: MarkModel, features: Tensor, kinds: Tensor, shares: Tensor) -> Tensor:
    """Cross-entropy of the kinds, in nats; the weighted mean over all perceptrons, which get different noise.

    Args:
        model: The model in training.
        features: Features of marks (M, F), divided by 255: the training loop takes all inputs for pixels.
        kinds: The numbers of their kinds (M,).
        shares: Their weights (M,).
    """
    features = features * 255
    noise = FEATURE_NOISE * model.spread if model.training else torch.zeros_like(model.spread)
    logits = model.member_logits([features + noise * torch.randn_like(features) for _ in model.members])
    count = len(model.members)
    losses = functional.cross_entropy(logits.flatten(0, 1), kinds.repeat(count), reduction="none")
    return (losses * shares.repeat(count)).mean()


def choose_limit(logits: Tensor, examples: MarkExamples, allowed: float) -> float:
    """The lowest logit from which dust may be removed, such that not more than a share of the drawn marks is lost.

    Args:
        logits: Of the marks (M,), that they are dust.
        examples: The marks.
        allowed: The share of all small drawn marks on the pages.
    """
    counted = ~examples.is_dust & (examples.lengths <= LARGEST_SPECK) & stand_out(examples.features)
    drawn = logits[counted].sort(descending=True).values
    lost = int(allowed * examples.drawn_marks)
    return float(drawn[lost]) + 1e-3 if lost < len(drawn) else float(logits.min())


def stand_out(features: Tensor) -> Tensor:
    """Whether marks of these features (M, F) stand out from their ground, (M,): a bump in the paint is no mark.

    The ground is what the denoiser leaves of it; what it changes there counts, too.
    """
    names = ("contrast", "ring_deviation", "ring_change")
    contrast, deviation, change = (features[:, FEATURE_NAMES.index(name)] for name in names)
    return (contrast >= MIN_DISTINCTION * deviation) & (change <= MAX_RING_CHANGE)


def mark_figures(logits: Tensor, examples: MarkExamples) -> dict[str, float]:
    """How much of the dust is removed at each allowed share of lost drawn marks.

    Args:
        logits: Of the marks (M,), that they are dust.
        examples: The marks.

    Returns:
        For each key of `LOSSES`, the share that is removed of the dust that was found and is not too large;
        and `accuracy`, the share of right answers if both answers count alike.
    """
    dust = logits[examples.is_dust & (examples.lengths <= LARGEST_SPECK)]
    removed = {
        name: float((dust >= choose_limit(logits, examples, allowed)).float().mean())
        for name, allowed in LOSSES.items()
    }
    return removed | {"accuracy": float(((logits > 0) == examples.is_dust).float().mean())}
