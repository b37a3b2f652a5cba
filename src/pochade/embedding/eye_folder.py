"""A folder with a model in the form of transformers, and what can be known of it before it is loaded.

    config.json                the family of the model
    preprocessor_config.json   how large pictures must be, and how their values are scaled; or `image_processor` in
                               processor_config.json
    model.safetensors          the weights; or model.safetensors.index.json and the files that it lists
    tokenizer.json and others  how texts are divided, for a model that knows words
    README.md                  the licence, in its first lines

Weights in other forms, which are pickles, are never read.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pochade.errors import CheckpointDamaged, UsageError
from pochade.system.hashing import sha256_of_file
from pochade.system.path_text import printable
from pochade.system.progress import Progress, Report

KNOWS_WORDS = {"clip": True, "siglip": True, "dinov2": False, "dinov2_with_registers": False}  # by family
CONFIG_FILE, PICTURE_FILE, PROCESSOR_FILE = "config.json", "preprocessor_config.json", "processor_config.json"
WEIGHTS_FILE, SHARDS_FILE = "model.safetensors", "model.safetensors.index.json"
TOKENIZER_FILES = ("tokenizer.json", "vocab.json", "spiece.model", "tokenizer.model")  # one of them is enough
KEY_DIGITS = 16  # of the hash that tells models apart
CHANNELS = 3  # red, green, blue
MAX_SIDE = 1024  # pixels
_MAX_TEXT_BYTES = 2**24
_LICENCE = re.compile(r"^license: *['\"]?([\w.-]+)", re.MULTILINE)
CHOOSE_HINT = "choose siglip2, clip or dinov2, or another model of these families"


@dataclass(frozen=True)
class PictureInput:
    """What a model expects of a picture: a square of RGB, scaled to `(value / 255 - mean) / deviation`."""

    side: int  # pixels
    mean: tuple[float, ...]  # of each channel, of values from 0 to 1
    deviation: tuple[float, ...]


@dataclass(frozen=True)
class ModelFolder:
    """A model that can be loaded from its folder."""

    path: Path
    family: str
    weights: tuple[Path, ...]
    licence: str  # as the model's card states it; empty if it does not
    input: PictureInput

    @property
    def knows_words(self) -> bool:
        """Whether the model can also embed texts."""
        return KNOWS_WORDS[self.family] and self.has_tokenizer

    @property
    def has_tokenizer(self) -> bool:
        """Whether the folder has what divides texts into tokens."""
        return any((self.path / name).is_file() for name in TOKENIZER_FILES)

    @property
    def weight_bytes(self) -> int:
        """The size of the weights in bytes."""
        return sum(path.stat().st_size for path in self.weights)

    @property
    def stamps(self) -> dict[str, list[int]]:
        """The size and the time of the last change of each file that decides what the model computes."""
        stats = {path.name: path.stat() for path in self._files()}
        return {name: [stat.st_size, stat.st_mtime_ns] for name, stat in stats.items()}

    def key(self, report: Report) -> str:
        """What tells this model from every other: 16 digits of a hash of its settings and weights.

        Raises:
            CheckpointDamaged: A file can't be read.
        """
        hashes, files = [], list(self._files())
        for done, path in enumerate(files):
            report(Progress("checking the model", done, len(files)))
            try:
                with path.open("rb") as file:
                    hashes.append(f"{path.name} {sha256_of_file(file)[0]}")
            except OSError as error:
                raise CheckpointDamaged(f"'{printable(path)}' can't be read: {error.strerror}") from error
        report(Progress("checking the model", len(files), len(files)))
        return hashlib.sha256("\n".join(hashes).encode()).hexdigest()[:KEY_DIGITS]

    def _files(self) -> Iterator[Path]:
        names = (CONFIG_FILE, PICTURE_FILE, PROCESSOR_FILE)
        yield from (self.path / name for name in names if (self.path / name).is_file())
        yield from self.weights


def read_model_folder(path: Path) -> ModelFolder:
    """Read what a folder says about its model.

    Raises:
        CheckpointDamaged: Something is missing or damaged.
        UsageError: The model belongs to a family that sees no pictures, or that Pochade does not know.
    """
    family = check_family(str(_read_settings(path / CONFIG_FILE).get("model_type", "")), printable(path))
    return ModelFolder(path, family, _weights_of(path), _licence_of(path), _input_of(path))


def check_family(family: str, model: str) -> str:
    """Return the family of a model, if it can be an eye.

    Args:
        family: What the model's config calls it.
        model: The model's name, for the error.

    Raises:
        UsageError: It can't be.
    """
    if family not in KNOWS_WORDS:
        known = ", ".join(KNOWS_WORDS)
        raise UsageError(f"'{model}' is of the family '{printable(family)}', and eyes are of {known}", CHOOSE_HINT)
    return family


def _read_settings(path: Path) -> dict[str, Any]:
    """Read a JSON file of settings.

    Raises:
        CheckpointDamaged: It is missing or damaged.
    """
    try:
        with path.open("rb") as file:
            settings = json.loads(file.read(_MAX_TEXT_BYTES))
    except FileNotFoundError as error:
        why = f"'{printable(path.parent)}' has no {path.name}, so it is no model that transformers has saved"
        raise CheckpointDamaged(why, CHOOSE_HINT) from error
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointDamaged(f"'{printable(path)}' is damaged", "copy or download the model again") from error
    return settings if isinstance(settings, dict) else {}


def _weights_of(path: Path) -> tuple[Path, ...]:
    if (path / WEIGHTS_FILE).is_file():
        return (path / WEIGHTS_FILE,)
    if not (path / SHARDS_FILE).is_file():
        why = f"'{printable(path)}' has no {WEIGHTS_FILE}; weights in other forms are pickles, which can run code"
        raise CheckpointDamaged(why, "choose a model with safetensors, or download it again")
    names = _read_settings(path / SHARDS_FILE).get("weight_map", {})
    weights = tuple(path / name for name in sorted(set(map(str, names.values() if isinstance(names, dict) else ()))))
    missing = [file.name for file in weights if not file.is_file() or file.parent != path]
    if missing or not weights:
        raise CheckpointDamaged(f"'{printable(path)}' lacks some of its weights", "copy or download the model again")
    return weights


def _licence_of(path: Path) -> str:
    try:
        with (path / "README.md").open(encoding="utf-8", errors="replace") as file:
            return licence_in(file.read(_MAX_TEXT_BYTES))
    except OSError:
        return ""


def licence_in(card: str) -> str:
    """The licence that the first lines of a model's card state; empty if they state none."""
    parts = card.split("---", 2)
    match = _LICENCE.search(parts[1]) if card.startswith("---") and len(parts) == 3 else None  # noqa: PLR2004
    return match[1] if match else ""


def _input_of(path: Path) -> PictureInput:
    """What the model expects of pictures.

    Raises:
        CheckpointDamaged: The settings are missing or impossible.
    """
    if not (path / PICTURE_FILE).is_file() and (path / PROCESSOR_FILE).is_file():
        settings: Any = _read_settings(path / PROCESSOR_FILE).get("image_processor")
    else:
        settings = _read_settings(path / PICTURE_FILE)
    try:
        size = settings["crop_size"] if settings.get("do_center_crop") else settings["size"]
        side = int(size["height"] if isinstance(size, dict) else size)
        mean, deviation = (tuple(map(float, settings[name])) for name in ("image_mean", "image_std"))
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
        side, mean, deviation = 0, (), ()
    if not 0 < side <= MAX_SIDE or len(mean) != CHANNELS or len(deviation) != CHANNELS or min(deviation) <= 0:
        problem = f"'{printable(path)}' does not say which pictures its model expects"
        raise CheckpointDamaged(problem, "copy or download the model again")
    return PictureInput(side, mean, deviation)
