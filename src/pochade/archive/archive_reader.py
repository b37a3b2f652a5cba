"""An archive to read from: nothing in it is believed before it was compared.

with open_archive("art.pochade") as archive:
    for piece in archive:
        content = archive.read(piece)
"""

import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Self

from pochade.archive.codecs.file_codecs import ALIKE, BY_A_NET, from_picture, unpack
from pochade.archive.codecs.restored_avif import FRAME, png_again
from pochade.archive.container.embedded_models import LARGEST, name_of, net_in
from pochade.archive.container.entry_names import Text
from pochade.archive.container.locate_manifest import found_at_the_end
from pochade.archive.container.manifest import BYTES, NET, PICTURE, STORED, STRETCH, XZ, ArchivedFile, Entry
from pochade.archive.container.parity import repair_of
from pochade.archive.container.zip_layout import REPAIR, ending, local_header, stored
from pochade.archive.container.zip_layout import places as places_of
from pochade.errors import ArchiveDamaged, FileUnreachable
from pochade.images.base.source import first_line, printable, without_waiting
from pochade.images.codecs.av1_frames import as_avif

if TYPE_CHECKING:  # torch is heavy: only who restores loads it
    from pochade.models.artifact_remover import ArtifactRemover


class Damage(NamedTuple):
    """Something that isn't as it was written."""

    what: str  # a sentence
    pieces: tuple[Text, ...]  # that are lost by it


@dataclass(frozen=True)
class Stretch:
    """A part of an open file."""

    file: BinaryIO
    start: int
    length: int

    def stretches(self) -> Iterator[bytes]:
        """Its bytes, some at a time; fewer where the file ends before.

        Raises:
            ArchiveDamaged: The disk can't read them.
        """
        position, end = self.start, self.start + self.length
        while content := self._read(position, min(STRETCH, end - position)):
            position += len(content)
            yield content

    def _read(self, position: int, count: int) -> bytes:
        """So many bytes from there."""
        try:
            self.file.seek(position)
            return self.file.read(count)
        except OSError as error:
            raise ArchiveDamaged(f"it can't be read: {error.strerror}", "look for an undamaged copy") from error

    def content(self) -> bytes:
        """All of it."""
        return b"".join(self.stretches())


class Archive:
    """An open archive; iterating gives its pieces.

    Args:
        path: The file.

    Raises:
        ArchiveDamaged: It is no archive, or its manifest can be neither read nor mended.
        FileUnreachable: It can't be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._menders: dict[str, ArtifactRemover] = {}
        try:
            self.file: BinaryIO = open(path, "rb", opener=without_waiting)  # noqa: SIM115  closed by `close`
        except OSError as error:
            raise FileUnreachable(f"'{printable(path)}' can't be read: {error.strerror}") from error
        try:
            self.size = self.file.seek(0, 2)
            copy, self.manifest = found_at_the_end(self.file, self.size)
            self.copy = copy
            members = [entry.member for entry in self.manifest.entries]
            self.repair = repair_of(copy.member, copy.packed)
            self.members = [*members, copy.member, stored(REPAIR, self.repair)]
            self.places = places_of(self.members)
            self.starts = {member.name: place for member, place in zip(self.members, self.places, strict=False)}
        except OSError as error:
            self.close()
            raise FileUnreachable(f"'{printable(path)}' can't be read: {error.strerror}") from error
        except ArchiveDamaged as error:
            self.close()
            raise ArchiveDamaged(f"'{printable(path)}' can't be opened: {error.sentence}", error.hint) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[ArchivedFile]:
        return iter(self.manifest.pieces)

    def __len__(self) -> int:
        return len(self.manifest.pieces)

    def close(self) -> None:
        """Let the file go."""
        self.file.close()

    def read(self, piece: ArchivedFile) -> bytes:
        """The file that a piece was, as `fidelity` and `returns` of its entry promise.

        Raises:
            ArchiveDamaged: Its entry is damaged.
        """
        buffer = io.BytesIO()
        self.write(piece.entry, buffer.write)
        return buffer.getvalue()

    def write(self, entry: Entry, write: Callable[[bytes], Any]) -> None:
        """The same in stretches, for files that are larger than the memory.

        Raises:
            ArchiveDamaged: As `read` does; what was written by then is worthless.
        """
        if entry.coder != NET and (reason := self.fault(entry)):
            raise ArchiveDamaged(f"'{entry.name}' is damaged: {reason}", "look for an undamaged copy")
        digest, count = hashlib.sha256(), 0

        def passed(content: bytes) -> None:
            nonlocal count
            count += len(content)
            digest.update(content)
            write(content)

        if entry.coder == XZ:
            unpack(InStretch(self.stretch(entry)), entry.original_bytes, passed)
        elif entry.coder == STORED or (entry.coder in ALIKE and entry.returns == PICTURE):
            for content in self.stretch(entry).stretches():
                passed(content)
        elif entry.coder == NET:
            passed(self.net(entry))
        elif entry.coder in BY_A_NET:
            passed(self._restored(entry))
        elif entry.coder == FRAME:
            passed(self._boxed(entry))
        else:
            passed(from_picture(entry, self.stretch(entry).content()))
        same = (digest.hexdigest(), count) == (entry.original_sha256, entry.original_bytes)
        if entry.returns == BYTES and not same:
            raise ArchiveDamaged(f"'{entry.name}' gives another file than its manifest says")

    def nets(self) -> list[Entry]:
        """The entries of the nets on which pieces rest."""
        return [entry for entry in self.manifest.entries if entry.coder == NET]

    def net(self, entry: Entry) -> bytes:
        """The packed net of an entry, mended where it is damaged.

        Raises:
            ArchiveDamaged: It can't be mended, or is larger than any net.
        """
        if entry.bytes > LARGEST:
            raise ArchiveDamaged(f"the net '{entry.name}' has {entry.bytes:,} bytes")
        return net_in(entry, self.stretch(entry).content())

    @cached_property
    def usable(self) -> dict[str, Entry]:
        """The nets that are there and whole, or can be mended, by the names that pieces know them by."""
        found = {}
        for entry in self.nets():
            with suppress(ArchiveDamaged):
                self.net(entry)
                found[name_of(entry)] = entry
        return found

    def _restored(self, entry: Entry) -> bytes:
        """The PNG that a net makes of an entry."""
        if entry.net is None or entry.told is None or entry.shape is None or entry.returns != PICTURE:
            raise ArchiveDamaged(f"'{entry.name}' says nothing of the net that it needs")
        content = self.stretch(entry).content()
        try:
            return png_again(entry.coder, content, self._mender(entry.net), entry.told, entry.shape)
        except BaseException as error:  # torch and Pillow raise whatever they like, as coders do; see `coders.file_of`
            if isinstance(error, KeyboardInterrupt | SystemExit | ArchiveDamaged):
                raise
            raise ArchiveDamaged(f"'{entry.name}' can't be restored: {first_line(error)}") from error

    def _boxed(self, entry: Entry) -> bytes:
        """The AVIF of an entry that is its frame alone."""
        try:
            return as_avif(self.stretch(entry).content())
        except ValueError as error:
            raise ArchiveDamaged(f"'{entry.name}' can't be decoded: {first_line(error)}") from error

    def _mender(self, name: str) -> "ArtifactRemover":
        """The net of that name, unpacked once."""
        from pochade.models.artifact_remover import ArtifactRemover  # noqa: PLC0415  torch

        if name not in self._menders:
            self._menders[name] = ArtifactRemover(self.net(self.usable[name]))  # `fault` has looked for it
        return self._menders[name]

    def verify(self, report: Callable[[int, int], None] = lambda _done, _total: None) -> list[Damage]:
        """Every byte of the file compared with what it was; what is damaged, and which pieces that costs.

        Args:
            report: Told how many bytes of how many were read.
        """
        files: dict[str, list[Text]] = {}
        for piece in self:
            files.setdefault(piece.entry.name, []).append(piece.path)
        damages = []
        for number, entry in enumerate(self.manifest.entries):
            if not self._stands(self.places[number], local_header(entry.member)):
                damages.append(Damage(f"the header in front of '{entry.name}' is damaged; nothing is lost by it", ()))
            if reason := self._changed(entry):
                damages.append(self._damage(entry, reason, files))
            report(self.places[number + 1], self.size)
        return damages + self._missing() + self._faults_behind()

    def _missing(self) -> list[Damage]:
        """Nets that aren't there at all, and what that costs."""
        resting: dict[str, list[Text]] = {}
        for piece in self:
            if piece.entry.net is not None:
                resting.setdefault(piece.entry.net, []).append(piece.path)
        there = {name_of(entry) for entry in self.nets()}
        gone = sorted(resting.keys() - there)
        return [Damage(f"the net {name!a} is missing", tuple(resting[name])) for name in gone]

    def _damage(self, entry: Entry, reason: str, files: dict[str, list[Text]]) -> Damage:
        """What a damaged entry costs: of a net that can be mended, nothing."""
        if entry.coder != NET:
            return Damage(f"'{entry.name}' is damaged: {reason}", tuple(files.get(entry.name, ())))
        if name_of(entry) not in self.usable:
            resting = tuple(piece.path for piece in self if piece.entry.net == name_of(entry))
            return Damage(f"the net '{entry.name}' is damaged: {reason}", resting)
        return Damage(f"the net '{entry.name}' is damaged: {reason}; it can be mended, and nothing is lost by it", ())

    def fault(self, entry: Entry) -> str:
        """Why a piece doesn't come back of an entry; nothing when it and the net that it rests on are as they were."""
        if entry.net is not None and entry.net not in self.usable:
            return f"the net {entry.net!a} on which it rests is missing or damaged"
        return self._changed(entry)

    def _changed(self, entry: Entry) -> str:
        """What is wrong with an entry's content; nothing when it is as it was."""
        crc, length = 0, 0
        try:
            for content in self.stretch(entry).stretches():
                crc, length = zlib.crc32(content, crc), length + len(content)
        except ArchiveDamaged as error:
            return error.sentence
        if length < entry.bytes:
            return "the file ends before"
        return "" if crc == entry.crc32 else "its checksum is another"

    def stretch(self, entry: Entry) -> Stretch:
        """Where an entry's content is."""
        place = self.starts[entry.name]
        return Stretch(self.file, place + len(local_header(entry.member)), entry.bytes)

    def _stands(self, place: int, wanted: bytes) -> bool:
        """Whether these bytes are there."""
        try:
            return Stretch(self.file, place, len(wanted)).content() == wanted
        except ArchiveDamaged:
            return False

    def _faults_behind(self) -> list[Damage]:
        """What is wrong with the manifests, the directory and the end."""
        damages = []
        behind = zip(self.places[-3:-1], self.members[-2:], (self.copy.packed, self.repair), strict=True)
        for place, member, content in behind:
            if not self._stands(place, local_header(member) + content):
                damages.append(Damage(f"'{member.name}' is damaged; nothing is lost by it", ()))
        end = ending(self.members, hashlib.sha256(self.copy.content).hexdigest())
        if not self._stands(self.places[-1], end) or self.size != self.places[-1] + len(end):
            damages.append(Damage("the directory at the end is damaged; nothing is lost by it", ()))
        return damages


class InStretch:
    """A stretch to be read like a file."""

    def __init__(self, stretch: Stretch) -> None:
        self.stretches = stretch.stretches()

    def read(self, _size: int = -1) -> bytes:
        """The next bytes, as many as come at once."""
        return next(self.stretches, b"")


def open_archive(path: Path | str) -> Archive:
    """Open an archive to look into it, read pieces of it, or verify it; see `Archive`."""
    return Archive(Path(path))
