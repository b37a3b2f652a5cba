"""Eyes: models by others that embed pictures by what they show, and some of them texts as well.

picture ──►──┤letterbox├──► square ──►──┤vision transformer├──►──► embedding (D,)
words ──►───────┤tokenizer├──► tokens ──►──┤text transformer├──►──► embedding (D,), near those of pictures that show it

transformers loads them from a folder. Nothing is fetched, no code of a model is run, and no pickle is read. The whole
picture is fitted into the square, also for models that were trained on the middle of pictures.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.embedding.eye_folder import KNOWS_WORDS, ModelFolder
from pochade.errors import CheckpointDamaged, PochadeError, UsageError, install_hint
from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import letterbox
from pochade.system.path_text import printable

logger = logging.getLogger(__name__)
EYE_LIBRARIES = ("torch", "transformers")  # that the extra `eyes` installs
MEMORY_FILE = Path("/proc/meminfo")
PICTURES_PER_BATCH = 8  # shorter batches are filled up, so that an embedding doesn't depend on the other pictures
LIBRARY_BYTES = 700_000_000  # that torch and transformers take
WEIGHT_FACTOR = 1.3  # memory for a model, relative to its file
MAX_TEXT_TOKENS = 64  # if the model's settings don't say how many it reads


class EyeModel:
    """A loaded eye.

    Args:
        folder: Its folder.

    Raises:
        UsageError: The libraries for eyes are not installed.
        PochadeError: There is too little memory.
        CheckpointDamaged: The files are damaged, or transformers can't load the model.
    """

    def __init__(self, folder: ModelFolder) -> None:
        check_libraries()
        check_memory(folder)
        self.folder = folder
        with _explain(folder), isolation():
            from transformers import AutoModel  # noqa: PLC0415  takes seconds

            self.model: Any = AutoModel.from_pretrained(
                folder.path, local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype="float32"
            ).eval()
        self._tokenizer: Any = None

    def embed(self, pictures: Sequence[Array]) -> NDArray[np.float32]:
        """Embed n pictures (h, w, 3) uint8 of any sizes.

        Returns:
            Embeddings (n, D) of unit length.
        """
        starts = range(0, len(pictures), PICTURES_PER_BATCH)
        return np.concatenate([self._embed_batch(pictures[start : start + PICTURES_PER_BATCH]) for start in starts])

    def _embed_batch(self, pictures: Sequence[Array]) -> NDArray[np.float32]:
        """Embed at least one picture, and at most `PICTURES_PER_BATCH`: (n, D)."""
        import torch  # noqa: PLC0415

        expected = self.folder.input
        squares = [letterbox(picture, expected.side).pixels for picture in pictures]
        squares += squares[:1] * (PICTURES_PER_BATCH - len(squares))
        values = np.stack(squares).astype(np.float32) / 255
        scaled = (values - np.array(expected.mean, np.float32)) / np.array(expected.deviation, np.float32)
        with _explain(self.folder), torch.inference_mode():
            tensor = torch.from_numpy(np.ascontiguousarray(scaled.transpose(0, 3, 1, 2)))  # (8, 3, S, S)
            run = self.model.get_image_features if KNOWS_WORDS[self.folder.family] else self.model
            return _unit_rows(run(pixel_values=tensor))[: len(pictures)]

    def embed_words(self, words: str) -> NDArray[np.float32]:
        """Embed a text.

        Args:
            words: What a picture shows, in words. Models learn from lower case, so case makes no difference.

        Returns:
            An embedding (D,) of unit length, to compare with those of pictures.

        Raises:
            UsageError: The model knows no words.
            CheckpointDamaged: The files of its tokenizer are missing or damaged.
        """
        import torch  # noqa: PLC0415

        if not self.folder.knows_words:
            problem = f"the eye '{printable(self.folder.path.name)}' does not know words"
            raise UsageError(problem, "choose one that does, such as siglip2 or clip")
        length = getattr(self.model.config.text_config, "max_position_embeddings", MAX_TEXT_TOKENS)
        with _explain(self.folder), isolation(), torch.inference_mode():
            tokens = self._load_tokenizer()(
                [words.lower()], padding="max_length", truncation=True, max_length=length, return_tensors="pt"
            )
            inputs = {name: tokens[name] for name in self._text_inputs() if name in tokens}
            return _unit_rows(self.model.get_text_features(**inputs))[0]

    def _text_inputs(self) -> tuple[str, ...]:
        """The names of the inputs; SigLIP learnt from texts without a mask of what is padding."""
        return ("input_ids",) if self.folder.family == "siglip" else ("input_ids", "attention_mask")

    def _load_tokenizer(self) -> Any:
        from transformers import AutoTokenizer  # noqa: PLC0415

        if self._tokenizer is None:
            self._tokenizer = AutoTokenizer.from_pretrained(
                self.folder.path, local_files_only=True, trust_remote_code=False
            )
        return self._tokenizer


def _unit_rows(output: Any) -> NDArray[np.float32]:
    """The pooled output of a model, each row scaled to unit length (n, D).

    Raises:
        CheckpointDamaged: It is not finite.
    """
    rows = output.pooler_output.float().numpy()
    if not np.isfinite(rows).all():
        raise CheckpointDamaged("the eye gives results that are no numbers", "choose another model")
    scaled: NDArray[np.float32] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return scaled


def can_use_eyes() -> bool:
    """Whether the libraries that load eyes are installed."""
    return all(map(find_spec, EYE_LIBRARIES))


def check_libraries() -> None:
    """Refuse to go on without the libraries that load eyes.

    Raises:
        UsageError: One is not installed.
    """
    if not can_use_eyes():
        raise UsageError("eyes need torch and transformers, which are not installed", install_hint("eyes"))


def check_memory(folder: ModelFolder) -> None:
    """Refuse a model that needs more memory than is free.

    Raises:
        PochadeError: There is too little.
    """
    needed, free = LIBRARY_BYTES + WEIGHT_FACTOR * folder.weight_bytes, free_memory()
    if free is not None and needed > free:
        raise PochadeError(
            f"the model needs about {needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free",
            "close other programs, or choose a smaller model",
        )


def free_memory() -> int | None:
    """The memory in bytes that programs may still take; None if the system does not say it."""
    try:
        match = re.search(r"^MemAvailable: *(\d+) kB", MEMORY_FILE.read_text(encoding="ascii"), re.MULTILINE)
    except (OSError, ValueError):
        return None
    return int(match[1]) * 1024 if match else None


@contextmanager
def isolation() -> Iterator[None]:
    """Let transformers ask the hub for nothing in the block, and print nothing."""
    from huggingface_hub import constants  # noqa: PLC0415
    from transformers.utils import logging as transformers_logging  # noqa: PLC0415

    messages: Any = transformers_logging

    verbosity, bars, offline = messages.get_verbosity(), messages.is_progress_bar_enabled(), constants.HF_HUB_OFFLINE
    messages.set_verbosity(logging.CRITICAL)
    messages.disable_progress_bar()
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = offline
        messages.set_verbosity(verbosity)
        if bars:
            messages.enable_progress_bar()


@contextmanager
def _explain(folder: ModelFolder) -> Iterator[None]:
    """Turn what goes wrong inside transformers and torch into one sentence.

    Raises:
        PochadeError: Memory ran out.
        CheckpointDamaged: Anything else failed.
    """
    try:
        yield
    except PochadeError:
        raise
    except MemoryError as error:
        raise _memory_error() from error
    except Exception as error:  # of a library: it may raise anything
        logger.info("the model in '%s' failed", folder.path, exc_info=error)
        if "allocate memory" in str(error):  # of torch, as a RuntimeError
            raise _memory_error() from error
        reason = str(error).strip().split("\n", 1)[0][:200]
        problem = f"transformers can't use the model in '{printable(folder.path)}': {printable(reason)}"
        raise CheckpointDamaged(problem, "copy or download the model again, or choose another one") from error


def _memory_error() -> PochadeError:
    return PochadeError("the memory is too small for this model", "close other programs, or choose a smaller model")
