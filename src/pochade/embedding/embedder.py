"""Pictures to fingerprints: an embedding, by which a picture is found, and a sketch, from which it is reconstructed.

    picture ──►──┤letterbox├──┬──► subject ──►──┤EmbeddingModel├──────────────────► embedding (64,)
                              └──► whole   ──►──┤SketchVAE├──►──┤SketchCodec├──► sketch, 256 bytes

The subject is the picture without the bare paper around it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pochade.embedding.integer_prior import to_channels_first, to_channels_last
from pochade.embedding.sketch_codec import SketchCodec
from pochade.embedding.sketch_format import SKETCH_BYTES, Frame, log_steps_at, steps_at
from pochade.errors import CheckpointDamaged, UsageError
from pochade.images.geometry.letterbox import SQUARE_SIDE, Square, Squares, make_squares
from pochade.images.io.input_arrays import input_on_ground
from pochade.models import weights
from pochade.models.checkpoints import load_model
from pochade.models.embedding_model import EmbeddingModel
from pochade.models.model_input import LetterboxedBatch, model_input
from pochade.models.sketch_model import SketchVAE

PICTURES_PER_BATCH = 64  # shorter batches are filled up, so that a fingerprint doesn't depend on the other pictures

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Fingerprints:
    """The fingerprints of n pictures."""

    sketches: Bytes  # (n, 256); `redraw` turns them into pictures
    embeddings: Floats  # (n, 64), unit length; their cosine measures how similar two pictures look

    @property
    def codes(self) -> Bytes:
        """Alias of `sketches`, kept for scripts."""
        return self.sketches

    @property
    def looks(self) -> Floats:
        """Alias of `embeddings`, kept for scripts."""
        return self.embeddings


class Embedder:
    """The embedding model and the sketch model, which compute fingerprints.

    Args:
        folder: The folder of `look.safetensors` and `code.safetensors`; by default that of the shipped models.

    Raises:
        CheckpointDamaged: A file is missing, damaged, or holds another kind of model.
    """

    def __init__(self, folder: Path = weights.FOLDER) -> None:
        embedding, sketch = load_model(folder / weights.EMBEDDING_FILE), load_model(folder / weights.SKETCH_FILE)
        if not isinstance(embedding, EmbeddingModel) or not isinstance(sketch, SketchVAE):
            raise CheckpointDamaged(f"'{folder}' holds models of another kind", "install Pochade again")
        # channels_last is the faster memory format on CPUs
        self.embedding_model = embedding.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.sketch_model = sketch.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.codec = SketchCodec(sketch.prior, sketch.config.places)
        self.name = weights.weights_name(folder) or ""

    def fingerprint(self, squares: Sequence[Squares]) -> Fingerprints:
        """Compute the fingerprints of letterboxed pictures."""
        sketches, embeddings = list[bytes](), list[Floats]()
        for start in range(0, len(squares), PICTURES_PER_BATCH):
            batch = squares[start : start + PICTURES_PER_BATCH]
            full_batch = [*batch, *[batch[0]] * (PICTURES_PER_BATCH - len(batch))]
            embeddings.append(self.embed(full_batch)[: len(batch)])
            sketches.extend(self.sketch([picture.whole for picture in full_batch])[: len(batch)])
        empty = np.empty((0, self.embedding_model.config.latent_dim), np.float32)
        return Fingerprints(
            np.frombuffer(b"".join(sketches), np.uint8).reshape(-1, SKETCH_BYTES).copy(),
            np.concatenate([empty, *embeddings]),
        )

    def embed(self, squares: Sequence[Squares]) -> Floats:
        """Embed letterboxed pictures in one batch: (n, 64)."""
        return self.embed_batch(*square_tensors([picture.subject for picture in squares]))

    @torch.inference_mode()
    def embed_batch(self, pixels: Tensor, frames: Tensor) -> Floats:
        """Embed a batch of squares.

        Args:
            pixels: (B, 3, 96, 96) in [0, 1].
            frames: Width and height of each picture in its square (B, 2), as shares of the side.

        Returns:
            Embeddings (B, 64).
        """
        x = model_input(LetterboxedBatch(pixels, frames), self.embedding_model.config.side)
        embeddings: Floats = self.embedding_model(x.contiguous(memory_format=torch.channels_last)).numpy()
        return embeddings

    @torch.inference_mode()
    def sketch(self, squares: Sequence[Square]) -> list[bytes]:
        """Sketch whole letterboxed pictures in one batch."""
        batch = LetterboxedBatch(*square_tensors(squares))
        x = model_input(batch, SQUARE_SIDE).contiguous(memory_format=torch.channels_last)
        latents = self.sketch_model.encode(x)  # (B, D, 6, 6)
        return self.codec.encode([Frame(square.width, square.height) for square in squares], to_channels_last(latents))

    @torch.inference_mode()
    def reconstruct(self, sketches: Bytes) -> Bytes:
        """Reconstruct pictures (n, 96, 96, 3), on white, from sketches (n, 256).

        Raises:
            PictureDamaged: Some bytes are not a sketch, or a sketch is damaged.
        """
        pictures = [np.empty((0, SQUARE_SIDE, SQUARE_SIDE, 3), np.uint8)]
        for start in range(0, len(sketches), PICTURES_PER_BATCH):
            decoded = self.codec.decode([sketch.tobytes() for sketch in sketches[start : start + PICTURES_PER_BATCH]])
            levels = np.array([sketch.level for sketch in decoded])
            units = np.stack([sketch.quantised for sketch in decoded]) / steps_at(levels)[:, None, None, None]
            latents, log_steps = to_channels_first(units.astype(np.float32)), torch.from_numpy(log_steps_at(levels))
            output = self.sketch_model.decode(latents, log_steps).clamp(0, 1)
            pixels = (output * 255).round().byte().permute(0, 2, 3, 1).numpy()
            framed = zip(pixels, decoded, strict=True)
            pictures.append(np.stack([_white_outside(picture, sketch.frame) for picture, sketch in framed]))
        return np.concatenate(pictures)


def _white_outside(pixels: Bytes, frame: Frame) -> Bytes:
    """Paint a square (96, 96, 3) white outside the picture's frame."""
    left, top = (SQUARE_SIDE - frame.width) // 2, (SQUARE_SIDE - frame.height) // 2
    inside = np.s_[top : top + frame.height, left : left + frame.width]
    square = np.full_like(pixels, 255)
    square[inside] = pixels[inside]
    return square


def square_tensors(squares: Sequence[Square]) -> tuple[Tensor, Tensor]:
    """The pixels (B, 3, 96, 96) of squares in [0, 1], and their frames (B, 2) as shares of the side."""
    pixels = torch.from_numpy(np.stack([square.pixels for square in squares])).permute(0, 3, 1, 2)
    frames = torch.tensor([[square.width, square.height] for square in squares]) / SQUARE_SIDE
    return pixels.float().div(255).contiguous(), frames


@cache
def shipped_embedder() -> Embedder:
    """Load the models that come with the package, once."""
    return Embedder()


def fingerprint(pictures: Iterable[Any]) -> Fingerprints:
    """Compute the embeddings and sketches of pictures with the shipped models.

    Args:
        pictures: Pillow images, or uint8 arrays (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), of any sizes. Transparent
            pictures are laid on white.

    Raises:
        UsageError: One of them is not a picture.
    """
    return shipped_embedder().fingerprint([make_squares(input_on_ground(picture)) for picture in pictures])


def redraw(codes: Bytes) -> Bytes:
    """Reconstruct pictures from sketches of the shipped models.

    Args:
        codes: Sketches (n, 256) uint8.

    Returns:
        Pictures (n, 96, 96, 3) uint8, on white.

    Raises:
        UsageError: The array has another shape.
        PictureDamaged: A sketch is damaged.
    """
    codes = np.asarray(codes, np.uint8)
    if codes.ndim != 2 or codes.shape[1] != SKETCH_BYTES:  # noqa: PLR2004
        why = f"sketches are an array of the shape (n, {SKETCH_BYTES}), not {codes.shape}"
        raise UsageError(why, "give the `sketches` of `fingerprint`")
    return shipped_embedder().reconstruct(codes)
