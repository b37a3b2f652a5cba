"""Reads an archive: which files it has, what they contain, and whether it is damaged.

with open_archive("art.pochade") as archive:
    for file in archive:
        content = archive.read(file)
"""

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pochade.archive.codecs.codec_names import FRAME_CODEC, LOSSY_SUFFIXES, MODEL_SUFFIXES
from pochade.archive.codecs.picture_codecs import decode_picture
from pochade.archive.codecs.restored_avif import restore_png
from pochade.archive.codecs.xz_codec import unpack_xz
from pochade.archive.container.archive_container import ArchiveContainer
from pochade.archive.container.damage_search import Damage, choose_sample, find_damage
from pochade.archive.container.file_range import FileRange, RangeReader
from pochade.archive.container.manifest_records import BYTES, MODEL, PARITY, PICTURE, STORED, XZ, ArchivedFile, Entry
from pochade.archive.known_files import KnownFiles
from pochade.errors import UNDAMAGED_COPY_HINT, ArchiveDamaged, UsageError
from pochade.images.base.source import first_line
from pochade.images.codecs.av1_frames import wrap_in_avif
from pochade.system.path_text import printable

if TYPE_CHECKING:  # onnxruntime is slow to import
    from pochade.models.artifact_remover import ArtifactRemover

LOST_END = "the end of the archive is lost: files that were added last may be missing; `pochade verify` says more"


class Archive:
    """An open archive; iterating over it yields its files.

    Args:
        path: The archive.

    Raises:
        ArchiveDamaged: The file is no archive, or its manifest can be neither read nor repaired.
        FileUnreachable: The file can't be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.container = ArchiveContainer(path)
        self.manifest = self.container.manifest
        self._artifact_removers: dict[str, ArtifactRemover] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[ArchivedFile]:
        return iter(self.manifest.files)

    def __len__(self) -> int:
        return len(self.manifest.files)

    def close(self) -> None:
        """Close the archive."""
        self.container.close()

    @property
    def size(self) -> int:
        """Bytes of the archive."""
        return self.container.size

    def read(self, file: ArchivedFile) -> bytes:
        """Decode a file; `returns` of its entry says what comes back.

        Raises:
            ArchiveDamaged: Its entry is damaged.
        """
        buffer = io.BytesIO()
        self.write(file.entry, buffer.write)
        return buffer.getvalue()

    def write(self, entry: Entry, write: Callable[[bytes], Any]) -> None:
        """Decode an entry in chunks, for files that are larger than the memory.

        Args:
            entry: The entry.
            write: Called with each chunk.

        Raises:
            ArchiveDamaged: The entry is damaged; discard the chunks that were written before.
        """
        if entry.codec != MODEL and (reason := self.fault(entry)):
            raise ArchiveDamaged(f"'{entry.name}' is damaged: {reason}", UNDAMAGED_COPY_HINT)
        digest, count = hashlib.sha256(), 0

        def hash_and_write(chunk: bytes) -> None:
            nonlocal count
            count += len(chunk)
            digest.update(chunk)
            write(chunk)

        self._decode(entry, hash_and_write)
        is_same = (digest.hexdigest(), count) == (entry.original_sha256, entry.original_bytes)
        if entry.returns == BYTES and not is_same:
            why = f"'{entry.name}' decodes to another file than its manifest says"
            raise ArchiveDamaged(why, UNDAMAGED_COPY_HINT)

    def _decode(self, entry: Entry, write: Callable[[bytes], Any]) -> None:
        content = self.content_range(entry)
        if entry.codec == XZ:
            unpack_xz(RangeReader(content), entry.original_bytes, write)
        elif entry.codec in {STORED, PARITY} or (entry.codec in LOSSY_SUFFIXES and entry.returns == PICTURE):
            for chunk in content.chunks():
                write(chunk)
        elif entry.codec == MODEL:
            write(self.model(entry))
        elif entry.codec in MODEL_SUFFIXES:
            write(self._restore(entry))
        elif entry.codec == FRAME_CODEC:
            write(self._wrap_frame(entry))
        else:
            write(decode_picture(entry, content.content()))

    def _restore(self, entry: Entry) -> bytes:
        """Return the PNG that a model restores from an entry."""
        if entry.model is None or entry.conditioning is None or entry.shape is None or entry.returns != PICTURE:
            why = f"'{entry.name}' does not say which model it needs, or how to use it"
            raise ArchiveDamaged(why, UNDAMAGED_COPY_HINT)
        content = self.content_range(entry).content()
        try:
            remover = self._artifact_remover(entry.model)
            return restore_png(entry.codec, content, remover, entry.conditioning, entry.shape)
        except BaseException as error:  # onnxruntime and Pillow may raise any error, even one that is not an Exception
            if isinstance(error, KeyboardInterrupt | SystemExit | ArchiveDamaged | UsageError):
                raise
            why = f"'{entry.name}' can't be restored: {first_line(error)}"
            raise ArchiveDamaged(why, UNDAMAGED_COPY_HINT) from error

    def _wrap_frame(self, entry: Entry) -> bytes:
        """Return the AVIF of an entry that holds only its frame."""
        try:
            return wrap_in_avif(self.content_range(entry).content())
        except ValueError as error:
            why = f"'{entry.name}' can't be decoded: {first_line(error)}"
            raise ArchiveDamaged(why, UNDAMAGED_COPY_HINT) from error

    def _artifact_remover(self, model: str) -> "ArtifactRemover":
        """Return the model with that id, loaded once."""
        from pochade.models.artifact_remover import ArtifactRemover  # noqa: PLC0415  onnxruntime is slow to import

        if model not in self._artifact_removers:
            entry = self.container.usable_models[model]  # `fault` has checked that it is there
            self._artifact_removers[model] = ArtifactRemover(self.model(entry))
        return self._artifact_removers[model]

    def verify(
        self, report: Callable[[int, int], None] = lambda _done, _total: None, *, share: float = 1.0, seed: int = 0
    ) -> list[Damage]:
        """Compare every byte of the archive with what was written.

        Args:
            report: Called with the bytes that were checked and all bytes to check.
            share: Above 0 to 1. Below 1, only a random sample of the entries is read, which says nothing of the others.
            seed: The seed of the random choice.

        Returns:
            Each damage, and the files that are lost because of it.

        Raises:
            FileUnreachable: Another process changed the archive meanwhile.
        """
        numbers = choose_sample(len(self.manifest.entries), share, seed) if share < 1 else None
        damages = find_damage(self.container, report, numbers=numbers)
        if damages:
            KnownFiles(self.path).forget()  # so that the next `compress` looks, too, and repairs what it can
        return damages

    @property
    def is_end_lost(self) -> bool:
        """Whether the list of files comes from parity data, because the end is lost: later files are not in it."""
        return self.container.manifest_copy.is_in_parity

    def check_changeable(self) -> None:
        """Check that the archive can be written again without losing anything.

        Raises:
            ArchiveDamaged: A newer Pochade wrote it, or its end is lost, and with it the list of what was added last.
        """
        if self.manifest.has_unknown_fields:
            why = f"'{printable(self.path)}' was written by a newer Pochade, and this version would lose a part of it"
            raise ArchiveDamaged(why, "use the newer version, or make another archive")
        if self.is_end_lost:
            why = f"the end of '{printable(self.path)}' is lost, and what was added last may be unknown"
            hint = "repair it with `pochade verify --repair`; where that does not help, extract it to a new folder"
            raise ArchiveDamaged(why, hint)

    def fault(self, entry: Entry) -> str:
        """Return why an entry can't be decoded; an empty string if it and its model are intact."""
        return self.container.fault(entry)

    def content_range(self, entry: Entry) -> FileRange:
        """Return the range of the archive that holds an entry's content."""
        return self.container.content_range(entry)

    def models(self) -> list[Entry]:
        """Return the entries of the models on which pictures depend."""
        return self.container.models()

    def model(self, entry: Entry) -> bytes:
        """Return the packed model of an entry; damage is repaired.

        Raises:
            ArchiveDamaged: The model can't be repaired, or is larger than any model of ours.
        """
        return self.container.read_model(entry)

    def stretch(self, entry: Entry) -> FileRange:
        """Alias of `content_range`, kept for scripts."""
        return self.content_range(entry)

    def nets(self) -> list[Entry]:
        """Alias of `models`, kept for scripts."""
        return self.models()

    def net(self, entry: Entry) -> bytes:
        """Alias of `model`, kept for scripts."""
        return self.model(entry)


def open_archive(path: Path | str) -> Archive:
    """Open an archive to list it, read its files, or verify it; see `Archive`."""
    return Archive(Path(path))
