"""`verify`: compares every byte of an archive with what was written, or those of a random sample of its entries.

The disk is read once, from the first byte to the last, while all cores compute checksums.
"""

import math
import random
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import NamedTuple

from pochade.archive.container.archive_container import ArchiveContainer
from pochade.archive.container.digest_lanes import ContentDigest, DigestLanes, SmallDigest
from pochade.archive.container.embedded_models import model_id
from pochade.archive.container.manifest_records import MODEL, PARITY, STORED, Entry
from pochade.archive.container.stored_paths import StoredPath
from pochade.archive.container.zip_layout import local_header
from pochade.errors import ArchiveDamaged, FileUnreachable
from pochade.system.path_text import printable

MIN_LANE_BYTES = 2**18  # of an entry that another thread hashes; handing over a smaller one takes longer than hashing
WRONG_CHECKSUM = "its checksum is wrong"
ReportBytes = Callable[[int, int], None]  # bytes that were checked, all bytes to check


class Damage(NamedTuple):
    """A part of an archive that has changed since it was written."""

    what: str  # the sentence for people
    lost_files: tuple[StoredPath, ...]

    @property
    def pieces(self) -> tuple[StoredPath, ...]:
        """Alias of `lost_files`, kept for scripts."""
        return self.lost_files


class _CheckedEntry(NamedTuple):
    """What was read of an entry; its SHA-256 may not be computed yet."""

    entry: Entry
    has_header: bool
    fault: str  # what the size or the CRC-32 says; empty if they are right
    sha256: Future[str] | str | None


def find_damage(
    container: ArchiveContainer,
    report: ReportBytes = lambda _done, _total: None,
    *,
    numbers: Sequence[int] | None = None,
) -> list[Damage]:
    """Compare the file with what was written: each header, each content by CRC-32 and SHA-256, and the tail.

    Args:
        container: The open archive.
        report: Called with the bytes that were checked and all bytes to check.
        numbers: Which entries to read, counted from 0; all by default.

    Raises:
        FileUnreachable: Another process changed the archive meanwhile.
    """
    search, entries = _DamageSearch(container, report), container.manifest.entries
    damages = search.damaged_entries(entries if numbers is None else [entries[number] for number in numbers])
    damages += search.missing_models() + search.damage_behind_entries()
    if damages and container.has_changed():
        why = f"'{printable(container.path)}' changed while it was verified"
        raise FileUnreachable(why, "give the same command again")
    return damages


def choose_sample(count: int, share: float, seed: int) -> list[int]:
    """Choose a random sample, in ascending order; the same seed chooses the same one.

    Args:
        count: The number of entries.
        share: The share to choose, above 0 to 1, rounded up to whole entries.
        seed: The seed of the random choice.
    """
    size = min(count, math.ceil(count * share))
    return sorted(random.Random(seed).sample(range(count), size))


class _DamageSearch:
    """One search through an archive."""

    def __init__(self, container: ArchiveContainer, report: ReportBytes) -> None:
        self.container, self.manifest, self.report = container, container.manifest, report
        self.done = self.total = 0  # bytes
        self.paths: dict[str, list[StoredPath]] = {}
        for file in self.manifest.files:
            self.paths.setdefault(file.entry.name, []).append(file.path)

    def damaged_entries(self, entries: Sequence[Entry]) -> list[Damage]:
        """Read entries; return what is wrong with their headers and contents."""
        self.total = sum(entry.bytes for entry in entries)
        with DigestLanes() as lanes:
            checks = [self._read(entry, lanes) for entry in entries]
            return [damage for check in checks for damage in self._damages_of(check)]

    def _read(self, entry: Entry, lanes: DigestLanes) -> _CheckedEntry:
        """Read an entry from the disk, and have its SHA-256 computed if the manifest states it."""
        has_header = self.container.holds(self.container.offset_by_name[entry.name], local_header(entry.member))
        digest = _start_digest(entry, lanes)
        crc32, length, before = 0, 0, self.done
        try:
            for chunk in self.container.content_range(entry).chunks():
                if digest is not None:
                    digest.update(chunk)
                crc32, length = zlib.crc32(chunk, crc32), length + len(chunk)
                self._advance(before + length)
        except ArchiveDamaged as error:
            return _CheckedEntry(entry, has_header, error.sentence, None)
        finally:
            self._advance(before + entry.bytes)
        fault = "the file ends too early" if length < entry.bytes else ""
        fault = fault or ("" if crc32 == entry.crc32 else WRONG_CHECKSUM)
        return _CheckedEntry(entry, has_header, fault, None if fault or digest is None else digest.result())

    def _advance(self, done: int) -> None:
        self.done = done
        self.report(done, self.total)

    def _damages_of(self, check: _CheckedEntry) -> list[Damage]:
        entry, damages, fault = check.entry, list[Damage](), check.fault
        if not check.has_header:
            damages.append(Damage(f"the header of '{entry.name}' is damaged; no file is lost", ()))
        sha256 = check.sha256.result() if isinstance(check.sha256, Future) else check.sha256
        if sha256 is not None and sha256 != _expected_sha256(entry):
            fault = WRONG_CHECKSUM
        if fault:
            damages.append(self._entry_damage(entry, fault))
        return damages

    def _entry_damage(self, entry: Entry, reason: str) -> Damage:
        if entry.codec == PARITY:
            return Damage(f"the parity data '{entry.name}' is damaged: {reason}; no file is lost", ())
        if entry.codec != MODEL:
            return Damage(f"'{entry.name}' is damaged: {reason}", tuple(self.paths.get(entry.name, ())))
        if model_id(entry) in self.container.usable_models:
            return Damage(f"the model '{entry.name}' is damaged: {reason}; it can be repaired, no file is lost", ())
        return Damage(f"the model '{entry.name}' is damaged: {reason}", self._dependent_files(model_id(entry)))

    def missing_models(self) -> list[Damage]:
        """Return a damage for each model that the archive lacks, although files depend on it."""
        needed = {file.entry.model for file in self.manifest.files if file.entry.model is not None}
        missing = sorted(needed - {model_id(entry) for entry in self.container.models()})
        return [Damage(f"the model {name!a} is missing", self._dependent_files(name)) for name in missing]

    def _dependent_files(self, model: str) -> tuple[StoredPath, ...]:
        return tuple(file.path for file in self.manifest.files if file.entry.model == model)

    def damage_behind_entries(self) -> list[Damage]:
        """Return what is wrong with the manifest, its repair record, the directory and the end."""
        container, tail = self.container, self.container.tail
        if container.manifest_copy.is_in_parity:
            why = "the end is lost: the list of files is from the parity data, and what was added after it may be lost"
            return [Damage(why, ())]
        if container.gap:
            return [Damage("adding to it was interrupted, or is going on; no file is lost", ())]
        damages = []
        contents = (tail.packed, tail.repair_record)
        for offset, member, content in zip(container.offsets[-3:-1], tail.members[-2:], contents, strict=True):
            if not self.container.holds(offset, local_header(member) + content):
                damages.append(Damage(f"'{member.name}' is damaged; no file is lost", ()))
        end = tail.directory_and_end()
        if not self.container.holds(container.offsets[-1], end) or container.size != container.offsets[-1] + len(end):
            damages.append(Damage("the directory at the end is damaged; no file is lost", ()))
        return damages


def _start_digest(entry: Entry, lanes: DigestLanes) -> ContentDigest | SmallDigest | None:
    """Begin the SHA-256 of an entry, in this thread if it is small; None if the manifest states none."""
    if _expected_sha256(entry) is None:
        return None
    return SmallDigest() if entry.bytes < MIN_LANE_BYTES else lanes.start_content()


def _expected_sha256(entry: Entry) -> str | None:
    """The SHA-256 of an entry's bytes, if the manifest states it."""
    return entry.original_sha256 if entry.codec == STORED else entry.content_sha256
