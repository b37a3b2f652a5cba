"""Train the models of the study, each in a stage of its own."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn

from pochade.models.autoencoder import Autoencoder, reconstruction_loss
from pochade.models.classifier import Classifier, classification_loss
from pochade.models.edge_autoencoder import EdgeAutoencoder, edge_loss
from pochade.models.vae import VAE, calibrated_loss, summed_loss
from pochade.study.fashion_mnist import ImageSet
from pochade.study.stage_store import StageResult, StageStore
from pochade.study.study_listener import StudyListener
from pochade.study.study_settings import StudySettings
from pochade.training.loop import train
from pochade.training.recipe import REFERENCE_CLASSIFIER_RECIPE, Recipe

REFERENCE_CLASSIFIER_SEED = 0  # the same in every study, so that distances can be compared between studies

TrainingCurves = dict[str, dict[str, list[float]]]  # of each model: `losses`, one per epoch, and `trace`, several
Model = TypeVar("Model", bound=nn.Module)


@dataclass(frozen=True)
class StudyModels:
    """The models of a study."""

    autoencoder: Autoencoder
    vae: VAE
    embedding_model: Autoencoder | EdgeAutoencoder  # its latents are the embeddings
    reference_classifier: Classifier  # its features measure how realistic new pictures are


def train_models(
    data: ImageSet, settings: StudySettings, stages: StageStore, listener: StudyListener
) -> tuple[StudyModels, TrainingCurves]:
    """Train all models of the study; a run that was interrupted continues from its checkpoint.

    Returns:
        The trained models, and their losses.

    Raises:
        UsageError: A model can't be built for these pictures, or its latents are too large.
    """
    trainer = _StageTrainer(data, stages, listener)
    tutorial = settings.recipe.name == "tutorial"
    # All models are built first, so that one that can't be built fails before the long work.
    autoencoder, vae = settings.autoencoder(data), settings.vae(data)
    edge_autoencoder, classifier = settings.embedding_model(data), settings.reference_classifier(data)
    recipe, seed = settings.recipe, settings.seed
    trainer.train("autoencoder", autoencoder, reconstruction_loss, recipe, seed)
    trainer.train("vae", vae, summed_loss if tutorial else calibrated_loss, recipe, seed)
    embedding_model: Autoencoder | EdgeAutoencoder = autoencoder  # the tutorial has no other
    if not tutorial:
        embedding_model = trainer.train("fingerprinter", edge_autoencoder, edge_loss, recipe, seed)
    trainer.train(
        "ruler",
        classifier,
        classification_loss,
        REFERENCE_CLASSIFIER_RECIPE,
        REFERENCE_CLASSIFIER_SEED,
        data.train.labels,
    )
    return StudyModels(autoencoder, vae, embedding_model, classifier), trainer.curves


class _StageTrainer:
    """Trains models on the training pictures, and remembers finished ones."""

    def __init__(self, data: ImageSet, stages: StageStore, listener: StudyListener) -> None:
        self.curves: TrainingCurves = {}
        self._pictures, self._stages, self._listener = data.train.images, stages, listener

    def train(
        self, name: str, model: Model, loss: Callable[..., Tensor], recipe: Recipe, seed: int, *others: Tensor
    ) -> Model:
        """Train a model in place, or load the weights of its finished stage, and return it."""
        checkpoint = self._stages.folder / f"{name}.training.safetensors"

        def stage() -> StageResult:
            data, report = (self._pictures, *others), self._listener.show_training
            result = train(model, loss, data, recipe, seed=seed, checkpoint=checkpoint, report=report)
            return StageResult(dataclasses.asdict(result), model.cpu().state_dict())

        result = self._stages.run(name, stage)
        checkpoint.unlink(missing_ok=True)
        self.curves[name] = result.numbers
        model.load_state_dict({key: torch.as_tensor(value) for key, value in result.arrays.items()})
        return model.eval()
