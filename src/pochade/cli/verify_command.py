"""`pochade verify`: is an archive intact?"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pochade.cli.messages import count_of, explain_interrupt, print_json, print_listing, print_message
from pochade.cli.options import MAX_SEED, ArchivePath
from pochade.cli.progress_bar import ProgressBar
from pochade.errors import UsageError

if TYPE_CHECKING:  # a command imports what it needs
    from pochade.archive.archive_reader import Archive
    from pochade.archive.container.damage_search import Damage

SUPPOSED_DAMAGE = 0.01  # share of damaged entries for which the chance to miss them all is printed


@explain_interrupt()
def verify(
    archive: ArchivePath,
    sample: Annotated[
        str | None,
        typer.Option(
            metavar="5%", help="Read only this share of the entries, chosen at random. It says nothing of the others."
        ),
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Repair what can be repaired without the originals, then verify.")
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=MAX_SEED, help="The seed of --sample, to read the same entries again. Else random."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all damage as JSON on stdout.")] = False,
) -> None:
    """Verify every byte of an archive.

    Compares the archive with its checksums (SHA-256 and CRC-32), and names every damaged file. Without --repair,
    nothing is changed. If something is damaged, the exit code is 11: compress the originals into the archive again to
    repair it, or extract the rest with --keep-going.

    With --repair, an addition that was interrupted is undone, headers, the list of files and the directory are written
    again, and contents are repaired by the archive's parity data, if it has some (compress --parity). The exit code is
    then 0 if nothing is damaged any more.

    With --sample, only some entries are read, and the list of files. That finds a disk that goes bad in many places,
    but not a single damaged file: only a full run says that an archive is intact.

    Example: `pochade verify art.pochade`

    Example: `pochade verify art.pochade --sample 5%`
    """
    with ProgressBar() as bar:
        bar.start_stage("verifying")
        outcome = _verify(archive, sample, seed, bar.advance, is_repair=repair)
    if as_json:
        print_json(outcome.as_data())
    outcome.print_it()
    if outcome.damages:
        from pochade.errors import ArchiveDamaged

        raise typer.Exit(ArchiveDamaged.exit_code)


@dataclass
class VerifyOutcome:
    """What `verify` found."""

    files: int  # in the archive
    damages: "list[Damage]"
    sample: dict[str, int] | None = None  # the extent of the sample, if there was one
    repaired: list[str] | None = None  # sentences, if it was repaired

    def as_data(self) -> dict[str, Any]:
        """The JSON of `--json`."""
        rows = [{"what": damage.what, "pieces": self._paths(damage)} for damage in self.damages]
        data: dict[str, Any] = {"pieces": self.files, "damages": rows}
        extras = {"sample": self.sample, "repaired": self.repaired}
        return data | {name: value for name, value in extras.items() if value is not None}

    def print_it(self) -> None:
        """Print what was found."""
        print_listing("repaired", self.repaired or [])
        if self.sample is not None:
            _print_extent(self.sample)
        if not self.damages:
            print_message("all of these are intact" if self.sample else f"{count_of(self.files, 'file')}, all intact")
        print_listing("damage", [_damage_line(damage.what, self._paths(damage)) for damage in self.damages])

    @staticmethod
    def _paths(damage: "Damage") -> list[str]:
        from pochade.archive.container.stored_paths import printable_path

        return [printable_path(path) for path in damage.lost_files]


def _verify(
    path: Path, sample: str | None, seed: int | None, report: Callable[[int, int], None], *, is_repair: bool
) -> VerifyOutcome:
    """Verify an archive, a sample of it, or repair it."""
    from pochade.archive.archive_reader import open_archive
    from pochade.archive.archive_repair import repair_archive

    if is_repair and sample is not None:
        raise UsageError("a sample can't be repaired", "leave out --sample, or --repair")
    if is_repair:
        repaired = repair_archive(path, report)
        with open_archive(path) as archive:
            return VerifyOutcome(len(archive), repaired.damages, repaired=repaired.repaired)
    with open_archive(path) as archive:
        if sample is None:
            return VerifyOutcome(len(archive), archive.verify(report))
        share, seed = share_of(sample), random.randrange(2**32) if seed is None else seed
        damages = archive.verify(report, share=share, seed=seed)
        return VerifyOutcome(len(archive), damages, sample_extent(archive, share, seed))


def share_of(text: str) -> float:
    """Read a share such as `5%`, `5 %` or `5`: above 0, at most 1.

    Raises:
        UsageError: It is something else.
    """
    try:
        percent = float(text.strip().removesuffix("%"))
    except ValueError:
        percent = 0.0
    if not 0 < percent <= 100:  # noqa: PLR2004  percent
        raise UsageError(f"'{text}' is no share of the entries", "give a percentage, such as --sample 5%")
    return percent / 100


def sample_extent(archive: "Archive", share: float, seed: int) -> dict[str, int]:
    """What a sample of an archive's entries covers."""
    from pochade.archive.container.damage_search import choose_sample

    total = len(archive.manifest.entries)
    return {"entries": len(choose_sample(total, share, seed)), "of": total, "seed": seed}


def _print_extent(extent: dict[str, int]) -> None:
    """Print what was read, and what that proves."""
    read, total = extent["entries"], extent["of"]
    print_message(f"read {read:,} of {count_of(total, 'entry', 'entries')}, chosen by the seed {extent['seed']}")
    if read < total:
        missed = (1 - SUPPOSED_DAMAGE) ** read
        print_message(
            f"the other {total - read:,} were not read: if {SUPPOSED_DAMAGE:.0%} of all entries were damaged, "
            f"such a sample would show none of them with a chance of {missed:.0%}"
        )


def _damage_line(sentence: str, lost_files: list[str]) -> str:
    paths = ", ".join(f"'{path}'" for path in lost_files)
    return f"{sentence}; lost: {paths}" if paths else sentence
