"""What a stage of the study may use: the pictures, the settings, and the results of the stages before it."""

from dataclasses import dataclass
from typing import Any

import torch

from pochade.study.fashion_mnist import ImageSet
from pochade.study.stages.stage_store import StageResult, StageStore
from pochade.study.study_models import model_plans
from pochade.study.study_settings import StudySettings


@dataclass(frozen=True)
class StageInputs:
    """The inputs of every stage."""

    data: ImageSet
    settings: StudySettings
    store: StageStore

    def result(self, name: str) -> StageResult:
        """Read the result of a finished stage."""
        return self.store.read(name)

    def model(self, name: str) -> Any:
        """Build the model of that name, with the weights of its finished training stage, in evaluation mode."""
        model: Any = model_plans(self.data, self.settings)[name].build()
        arrays = self.result(name).arrays
        model.load_state_dict({key: torch.as_tensor(value) for key, value in arrays.items()})
        return model.eval()
