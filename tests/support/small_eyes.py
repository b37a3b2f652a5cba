"""Tiny models with random weights, saved by transformers as the large ones are, to be loaded by the real code."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    CLIPConfig,
    CLIPModel,
    Dinov2Config,
    Dinov2Model,
    PreTrainedTokenizerFast,
    SiglipConfig,
    SiglipModel,
    ViTConfig,
    ViTModel,
)

from pochade.embedding.eye_folder import read_model_folder
from pochade.embedding.eye_source import EyeSource
from pochade.embedding.installed_eyes import InstalledEye
from pochade.learn.eye_choice import remember_eye
from pochade.system.progress import ignore_progress

SIDE, COLUMNS = 32, 16
WORDS = ("[PAD]", "[EOS]", "[UNK]", "owl", "boat", "night", "a", "at")
CARD = "---\nlicense: apache-2.0\ntags:\n- tiny\n---\n# A tiny model\n"
_SIZES: dict[str, Any] = {"hidden_size": COLUMNS, "num_hidden_layers": 2, "num_attention_heads": 2}
_TEXT = {
    **_SIZES, "intermediate_size": 32, "vocab_size": len(WORDS), "max_position_embeddings": 8,
    "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 1,
}  # fmt: skip
_VISION = {**_SIZES, "intermediate_size": 32, "image_size": SIDE, "patch_size": 8}
_PREPARATION = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
_CROPPED = {"do_center_crop": True, "crop_size": {"height": SIDE, "width": SIDE}, "size": {"shortest_edge": 40}}


def save_siglip(folder: Path, seed: int = 0) -> Path:
    """Save a model that knows words, in the form of SigLIP and SigLIP 2."""
    size = {"size": {"height": SIDE, "width": SIDE}}
    make = partial(SiglipModel, SiglipConfig(text_config=_TEXT, vision_config=_VISION))
    return _save(folder, make, size, seed, knows_words=True)


def save_clip(folder: Path, seed: int = 0) -> Path:
    """Save a model that knows words, in the form of CLIP."""
    make = partial(CLIPModel, CLIPConfig(text_config=_TEXT, vision_config=_VISION, projection_dim=COLUMNS))
    return _save(folder, make, _CROPPED, seed, knows_words=True)


def save_dinov2(folder: Path, seed: int = 0) -> Path:
    """Save a model that knows no words, in the form of DINOv2."""
    make = partial(Dinov2Model, Dinov2Config(**_SIZES, image_size=SIDE, patch_size=8))
    return _save(folder, make, _CROPPED, seed, knows_words=False)


def save_vit(folder: Path) -> Path:
    """Save a model of a family that is no eye."""
    return _save(folder, partial(ViTModel, ViTConfig(**_VISION)), _CROPPED, 0, knows_words=False)


def _save(folder: Path, make: Callable[[], Any], size: dict[str, Any], seed: int, *, knows_words: bool) -> Path:
    generator = torch.random.get_rng_state()
    torch.manual_seed(seed)
    make().save_pretrained(folder)
    torch.random.set_rng_state(generator)
    (folder / "preprocessor_config.json").write_text(json.dumps(_PREPARATION | size))
    (folder / "README.md").write_text(CARD)
    if knows_words:
        tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
            tokenizer_object=tokenizer, pad_token="[PAD]", eos_token="[EOS]", unk_token="[UNK]"
        )
        fast.save_pretrained(folder)
    return folder


def installed(folder: Path, name: str = "tiny") -> InstalledEye:
    """Install a saved model on this machine, without questions."""
    return remember_eye(EyeSource(name, folder), read_model_folder(folder), ignore_progress)


@pytest.fixture(scope="session")
def siglip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny SigLIP; don't change it."""
    return save_siglip(tmp_path_factory.mktemp("eyes") / "siglip")


@pytest.fixture(scope="session")
def dinov2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny DINOv2; don't change it."""
    return save_dinov2(tmp_path_factory.mktemp("eyes") / "dinov2")
