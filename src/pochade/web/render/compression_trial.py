"""The task that encodes one picture as `compress` would, so that a person can compare before and after."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

import numpy as np

from pochade.archive.codecs.codec_names import FRAME_CODEC
from pochade.archive.codecs.encode_job import EncodeTask
from pochade.archive.codecs.picture_codecs import EncodedContent, encode_picture
from pochade.archive.container.manifest_records import PREVIEW
from pochade.errors import PictureTooLarge
from pochade.images.base.picture import Array
from pochade.images.codecs.av1_frames import wrap_in_avif
from pochade.images.codecs.preview_reference import PreviewReference
from pochade.images.codecs.screen_encode import encode_screen_png
from pochade.images.io.read import read_preview
from pochade.system.atomic_files import write_without_flush
from pochade.web.render.picture_rendering import RenderTask, check_content

CROP_SIDE_PIXELS = 1024  # of the crop from the middle of the picture
MAX_FILE_BYTES = 2**26  # a larger file takes minutes to encode
MAX_SIDE_PIXELS = 2**20  # more than any picture has, so that the picture is read at its full size


@dataclass(frozen=True)
class TrialResult:
    """What a compression trial measured."""

    codec: str
    bytes: int  # of the encoded picture
    original_bytes: int
    score: float | None  # SSIMULACRA2; None if nothing is lost
    changed: bool  # whether any pixel of the crop differs


@dataclass(frozen=True)
class CompressionTrialTask(RenderTask):
    """Encodes a picture, and writes the middle of the original and of the decoded picture as PNGs."""

    sha256: str  # of the file's content, which must not have changed
    fidelity: str
    before: Path
    after: Path

    def render(self) -> TrialResult:
        """Write the files `before` and `after`.

        Raises:
            PictureUnreadable: The file is too large for a trial, changed, or can't be read.
        """
        check_content(self.path, self.sha256)
        original = self.path.read_bytes()
        if len(original) > MAX_FILE_BYTES:
            raise PictureTooLarge.about(self.name, f"is too large for a trial: {len(original):,} bytes")
        encoded = encode_picture(original, self.fidelity)
        before, after = (_crop_middle(pixels) for pixels in self._before_and_after(original, encoded))
        write_without_flush(self.before, encode_screen_png(before))
        write_without_flush(self.after, encode_screen_png(after))
        changed = not np.array_equal(before, after)
        if encoded is None:
            return self._pack_whole(original)
        return TrialResult(encoded.codec, len(encoded.content), len(original), encoded.score, changed)

    def _pack_whole(self, original: bytes) -> TrialResult:
        """Measure a file that is not smaller as a picture: its layers are taken apart, or xz packs it."""
        with TemporaryDirectory(dir=self.after.parent) as folder:
            task = EncodeTask(self.path, self.sha256, Path(folder) / "packed", self.fidelity)
            result = task.pack_whole(original)
        return TrialResult(result.encoded.codec, result.bytes or len(original), len(original), None, changed=False)

    def _before_and_after(self, original: bytes, encoded: EncodedContent | None) -> tuple[Array, Array]:
        """Return the pixels (H, W, 3) before and after; for a preview, both at the size at which previews are shown."""
        if encoded is not None and encoded.score is not None and self.fidelity == PREVIEW:
            reference = PreviewReference(original)
            is_frame = encoded.codec == FRAME_CODEC  # an archive leaves out the boxes that make it a file
            return reference.pixels, reference.decode(wrap_in_avif(encoded.content) if is_frame else encoded.content)
        pixels = read_preview(self.path, MAX_SIDE_PIXELS).pixels
        if encoded is None or encoded.score is None:
            return pixels, pixels
        return pixels, _decode(encoded.content, self.after.parent)


def _decode(content: bytes, folder: Path) -> Array:
    with NamedTemporaryFile(dir=folder) as file:
        file.write(content)
        file.flush()
        return read_preview(Path(file.name), MAX_SIDE_PIXELS).pixels


def _crop_middle(pixels: Array) -> Array:
    top, left = (max(0, (side - CROP_SIDE_PIXELS) // 2) for side in pixels.shape[:2])
    return np.ascontiguousarray(pixels[top : top + CROP_SIDE_PIXELS, left : left + CROP_SIDE_PIXELS])
