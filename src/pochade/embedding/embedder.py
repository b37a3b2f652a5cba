"""Pictures to fingerprints, and back: the code, from which a piece is redrawn, and the look, by which it is found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pochade.embedding.integer_prior import as_latents, as_whole
from pochade.embedding.sketch_codec import LENGTH, Frame, SketchCodec, log_steps_at, steps_at
from pochade.errors import CheckpointDamaged, UsageError
from pochade.images.geometry.letterbox import SIDE, Square, Squares, squared
from pochade.images.io.input_arrays import on_paper
from pochade.models import EmbeddingModel, SketchVAE, weights
from pochade.models.checkpoints import load_model
from pochade.models.model_input import LetterboxedBatch, model_input

BATCH = (
    64  # pictures at once; a shorter batch is filled up, so that a picture's fingerprint never depends on its company
)

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Fingerprints:
    """What is kept of n pictures."""

    codes: Bytes  # (n, 256): `redraw` draws the pictures from them
    looks: Floats  # (n, 64), unit length: near for what looks alike


class Embedder:
    """The two nets that make fingerprints.

    Args:
        folder: Where `look.safetensors` and `code.safetensors` are; the shipped ones by default.

    Raises:
        CheckpointDamaged: One of them is missing or damaged.
    """

    def __init__(self, folder: Path = weights.FOLDER) -> None:
        look, code = load_model(folder / weights.LOOK), load_model(folder / weights.CODE)
        if not isinstance(look, EmbeddingModel) or not isinstance(code, SketchVAE):
            raise CheckpointDamaged(f"'{folder}' holds other nets than those of fingerprints", "install Pochade again")
        self.look = look.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # the quicker order on CPUs
        self.code = code.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.book = SketchCodec(code.prior, code.config.places)
        self.name = weights.name_of(folder) or ""

    def fingerprint(self, squares: Sequence[Squares]) -> Fingerprints:
        """The fingerprints of pictures fitted into squares."""
        codes, looks = [], []
        for start in range(0, len(squares), BATCH):
            some = squares[start : start + BATCH]
            full = [*some, *[some[0]] * (BATCH - len(some))]
            looks.append(self.looks_of(full)[: len(some)])
            codes.extend(self.codes([each.whole for each in full])[: len(some)])
        return Fingerprints(
            np.frombuffer(b"".join(codes), np.uint8).reshape(-1, LENGTH).copy(),
            np.concatenate(looks) if looks else np.empty((0, self.look.config.latent_dim), np.float32),
        )

    def looks_of(self, squares: Sequence[Squares]) -> Floats:
        """The looks (n, 64) of pictures fitted into squares, all at once."""
        return self.looks(*as_tensors([each.subject for each in squares]))

    @torch.inference_mode()
    def looks(self, pixels: Tensor, frames: Tensor) -> Floats:
        """The looks (B, 64) of squares (B, 3, 96, 96) in [0, 1] with their frames (B, 2)."""
        views = model_input(LetterboxedBatch(pixels, frames), self.look.config.side)
        looks: Floats = self.look(views.contiguous(memory_format=torch.channels_last)).numpy()
        return looks

    @torch.inference_mode()
    def codes(self, squares: Sequence[Square]) -> list[bytes]:
        """The codes of whole pictures."""
        views = model_input(LetterboxedBatch(*as_tensors(squares)), SIDE).contiguous(memory_format=torch.channels_last)
        latents = self.code.encode(views)  # (B, D, 6, 6)
        return self.book.write([Frame(square.width, square.height) for square in squares], as_whole(latents))

    @torch.inference_mode()
    def redraw(self, codes: Bytes) -> Bytes:
        """Pictures (n, 96, 96, 3) on white, from codes (n, 256).

        Raises:
            PictureDamaged: A code is none, or damaged.
        """
        drawn = [np.empty((0, SIDE, SIDE, 3), np.uint8)]
        for start in range(0, len(codes), BATCH):
            kept = self.book.read([code.tobytes() for code in codes[start : start + BATCH]])
            levels = np.array([each.level for each in kept])
            units = np.stack([each.numbers for each in kept]) / steps_at(levels)[:, None, None, None]
            log_steps = torch.from_numpy(log_steps_at(levels))
            pictures = self.code.decode(as_latents(units.astype(np.float32)), log_steps).clamp(0, 1)
            pixels = (pictures * 255).round().byte().permute(0, 2, 3, 1).numpy()
            drawn.append(np.stack([on_white(each, *one.frame) for each, one in zip(pixels, kept, strict=True)]))
        return np.concatenate(drawn)


def on_white(pixels: Bytes, width: int, height: int) -> Bytes:
    """White outside the frame, (96, 96, 3)."""
    left, top = (SIDE - width) // 2, (SIDE - height) // 2
    square = np.full_like(pixels, 255)
    square[top : top + height, left : left + width] = pixels[top : top + height, left : left + width]
    return square


def as_tensors(squares: Sequence[Square]) -> tuple[Tensor, Tensor]:
    """Squares as pixels (B, 3, 96, 96) in [0, 1] and frames (B, 2), parts of the side."""
    pixels = torch.from_numpy(np.stack([square.pixels for square in squares])).permute(0, 3, 1, 2)
    frames = torch.tensor([[square.width, square.height] for square in squares]) / SIDE
    return pixels.float().div(255).contiguous(), frames


@cache
def shipped() -> Embedder:
    """The nets that come with the package, loaded once."""
    return Embedder()


def fingerprint(pictures: Iterable[Any]) -> Fingerprints:
    """Codes and looks of pictures, by the shipped nets.

    Args:
        pictures: Pillow images, or arrays (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) of uint8, of any sizes; what is
            transparent is laid on white.

    Raises:
        UsageError: One of them is no picture.
    """
    return shipped().fingerprint([squared(on_paper(picture)) for picture in pictures])


def redraw(codes: Bytes) -> Bytes:
    """Pictures (n, 96, 96, 3) uint8, on white, from codes (n, 256) of the shipped nets.

    Raises:
        UsageError: The array has another shape.
        PictureDamaged: A code is damaged.
    """
    codes = np.asarray(codes, np.uint8)
    if codes.ndim != 2 or codes.shape[1] != LENGTH:  # noqa: PLR2004
        raise UsageError(f"codes are (n, {LENGTH}) bytes, not {codes.shape}")
    return shipped().redraw(codes)
