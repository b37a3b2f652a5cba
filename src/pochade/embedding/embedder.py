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
from numpy.typing import NDArray

from pochade.embedding.integer_prior import to_channels_first, to_channels_last
from pochade.embedding.sketch_codec import SketchCodec
from pochade.embedding.sketch_format import SKETCH_BYTES, Frame, log_steps_at, steps_at
from pochade.errors import UsageError
from pochade.images.geometry.letterbox import SQUARE_SIDE, Square, Squares, make_squares
from pochade.images.io.input_arrays import input_on_ground
from pochade.models import weights
from pochade.models.model_configs import EmbeddingConfig, SketchConfig
from pochade.models.runnable_model import RunnableModel, load_runnable
from pochade.models.stored_model import read_stored_model

PICTURES_PER_BATCH = 64
MIN_BATCH = 2  # onnxruntime adds up a single picture in another order, so its embedding would depend on the batch

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
        self.folder = folder
        self._embedding_model = load_runnable(folder / weights.EMBEDDING_FILE, EmbeddingConfig)
        sketch = read_stored_model(folder / weights.SKETCH_FILE, SketchConfig)
        self._sketch_model = RunnableModel(sketch)
        self.codec = SketchCodec(sketch.config.groups, sketch.part("prior"), sketch.config.places)
        self.name = weights.weights_name(folder) or ""

    def fingerprint(self, squares: Sequence[Squares]) -> Fingerprints:
        """Compute the fingerprints of letterboxed pictures."""
        sketches, embeddings = list[bytes](), list[Floats]()
        for start in range(0, len(squares), PICTURES_PER_BATCH):
            batch = squares[start : start + PICTURES_PER_BATCH]
            embeddings.append(self.embed(batch))
            sketches.extend(self.sketch([picture.whole for picture in batch]))
        empty = np.empty((0, self._embedding_model.config.latent_dim), np.float32)
        return Fingerprints(
            np.frombuffer(b"".join(sketches), np.uint8).reshape(-1, SKETCH_BYTES).copy(),
            np.concatenate([empty, *embeddings]),
        )

    def embed(self, squares: Sequence[Squares]) -> Floats:
        """Embed letterboxed pictures in one batch: (n, 64)."""
        return self.embed_squares([picture.subject for picture in squares])

    def embed_squares(self, squares: Sequence[Square]) -> Floats:
        """Embed squares in one batch: (n, 64)."""
        filled = [*squares, *squares[:1]] if len(squares) < MIN_BATCH else squares
        embeddings: Floats = self._embedding_model.run("embed", *square_arrays(filled))[0][: len(squares)]
        return embeddings

    def sketch(self, squares: Sequence[Square]) -> list[bytes]:
        """Sketch whole letterboxed pictures in one batch."""
        (latents,) = self._sketch_model.run("encode_squares", *square_arrays(squares))  # (B, D, 6, 6)
        return self.codec.encode([Frame(square.width, square.height) for square in squares], to_channels_last(latents))

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
            latents = to_channels_first(units.astype(np.float32))
            (pixels,) = self._sketch_model.run("decode_latents", latents, log_steps_at(levels))  # (B, 96, 96, 3)
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


def square_arrays(squares: Sequence[Square]) -> tuple[Bytes, Floats]:
    """The pixels (B, 96, 96, 3) of squares, and their frames (B, 2) as shares of the side."""
    sizes = np.array([[square.width, square.height] for square in squares], np.float32)
    return np.stack([square.pixels for square in squares]), sizes / np.float32(SQUARE_SIDE)


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
