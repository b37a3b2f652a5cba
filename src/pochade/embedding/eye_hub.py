"""Fetch an eye from the hub at huggingface.co: the only place where Pochade asks another server for anything.

Only `learn --eye` calls this, after it has said what would come from where. The files go to the hub's own cache, which
other programs share, so nothing is fetched twice. A download that was cut off continues. Only the files that are needed
are fetched: settings, texts, and weights as safetensors.
"""

import errno
import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pochade.embedding.eye_folder import (
    CHOOSE_HINT,
    CONFIG_FILE,
    KNOWS_WORDS,
    SHARDS_FILE,
    WEIGHTS_FILE,
    ModelFolder,
    check_family,
    read_model_folder,
)
from pochade.embedding.eye_source import EyeSource
from pochade.errors import CheckpointDamaged, DataMissing, OutputUnwritable, PochadeError, UsageError
from pochade.system.path_text import printable, terminal_line
from pochade.system.progress import Progress, Report

logger = logging.getLogger(__name__)
_SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
_TEXT_FILES = {
    CONFIG_FILE, "preprocessor_config.json", "processor_config.json", "tokenizer.json", "tokenizer_config.json",
    "special_tokens_map.json", "vocab.json", "merges.txt", "spiece.model", "tokenizer.model", "README.md", "LICENSE",
    "LICENSE.txt",
}  # fmt: skip
TIMEOUT_SECONDS = 30
MEGABYTE = 1_000_000
FULL_DISK = {errno.ENOSPC, errno.EDQUOT}
ROOM_HINT = "make room on the disk, or set HF_HOME to a folder on another one"
UNSTATED = "no licence stated"


@dataclass(frozen=True)
class EyeOffer:
    """What would be fetched, so that a person can decide."""

    source: EyeSource
    licence: str
    files: tuple[tuple[str, int], ...]  # names and sizes in bytes
    cache: Path  # where they would go

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(size for _, size in self.files)


def find_in_cache(source: EyeSource) -> ModelFolder | None:
    """Find a model of the hub that was fetched before, by whatever program; None if it is not there, or not whole.

    Nothing is asked of the hub.

    Raises:
        UsageError: It is of a family that can't be an eye.
    """
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415

    path = try_to_load_from_cache(source.repository, CONFIG_FILE, revision=source.revision)
    with suppress(CheckpointDamaged):
        folder = read_model_folder(Path(path).parent) if isinstance(path, str) else None
        return folder if folder and (folder.has_tokenizer or not KNOWS_WORDS[folder.family]) else None
    return None


def describe_download(source: EyeSource) -> EyeOffer:
    """Ask the hub what would be fetched; nothing is fetched yet.

    Raises:
        DataMissing: The hub can't be reached.
        UsageError: There is no such model, or it is of a family that can't be an eye.
        CheckpointDamaged: It has no weights as safetensors.
    """
    from huggingface_hub import HfApi, constants  # noqa: PLC0415

    with _asking(source):
        info = HfApi().model_info(
            source.repository, revision=source.revision, files_metadata=True, timeout=TIMEOUT_SECONDS
        )
    family = (info.config or {}).get("model_type")
    if family:
        check_family(str(family), source.repository)
    sizes = {sibling.rfilename: sibling.size or 0 for sibling in info.siblings or ()}
    names = sorted(_wanted_files(set(sizes)), key=lambda name: (name.endswith(".safetensors"), name))
    files = tuple((name, sizes[name]) for name in names)  # weights last: where they are, nothing else is missing
    if not any(name.endswith(".safetensors") for name, _ in files):
        problem = f"'{source.repository}' has no {WEIGHTS_FILE}; weights in other forms are pickles, which can run code"
        raise CheckpointDamaged(problem, CHOOSE_HINT)
    licence = getattr(info.card_data, "license", None) or UNSTATED
    return EyeOffer(source, terminal_line(printable(str(licence))), files, Path(constants.HF_HUB_CACHE))


def _wanted_files(names: set[str]) -> set[str]:
    """Which files of a model are needed: its weights may be there in several forms."""
    shards = {name for name in names if name == SHARDS_FILE or _SHARD.fullmatch(name)}
    return (names & _TEXT_FILES) | ({WEIGHTS_FILE} if WEIGHTS_FILE in names else shards)


def download_eye(offer: EyeOffer, report: Report) -> ModelFolder:
    """Fetch the files of a model. What was fetched before an interruption stays, and the rest comes the next time.

    Args:
        offer: What to fetch.
        report: Called with the progress, in megabytes.

    Raises:
        DataMissing: The hub can't be reached, or the download was cut off.
        OutputUnwritable: The disk is full.
        CheckpointDamaged: What arrived is damaged.
    """
    from huggingface_hub import hf_hub_download  # noqa: PLC0415

    _check_room(offer)
    counter, revision, folder = _Counter(offer.bytes, report), offer.source.revision, Path()
    for name, size in offer.files:
        with _asking(offer.source):
            path = hf_hub_download(offer.source.repository, name, revision=revision, tqdm_class=counter.bar_class())
        folder = Path(path).parent
        revision = folder.name  # the commit; the first file makes the cache remember it as that of a branch
        counter.finish_file(size)
    return read_model_folder(folder)


def _check_room(offer: EyeOffer) -> None:
    """Refuse a model for which the disk has no room.

    Raises:
        OutputUnwritable: There is too little.
    """
    folder = next(path for path in (offer.cache, *offer.cache.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    if free < offer.bytes:
        problem = (
            f"'{printable(folder)}' has room for {free / 1e9:.1f} GB, and the model takes {offer.bytes / 1e9:.1f} GB"
        )
        raise OutputUnwritable(problem, ROOM_HINT)


class _Counter:
    """Counts what has arrived of several files."""

    def __init__(self, total: int, report: Report) -> None:
        self.total, self.report, self.finished, self.current = total, report, 0, 0

    def bar_class(self) -> Any:
        """A class in the place of tqdm's, whose bars count here and show nothing."""
        from tqdm import tqdm  # noqa: PLC0415  the library of the hub brings it

        counter = self

        class QuietBar(tqdm):  # type: ignore[misc]  # the library has no types
            def __init__(self, *_: Any, initial: int = 0, **__: Any) -> None:
                super().__init__(disable=True)
                counter.current = initial

            def update(self, n: float | None = 1) -> bool | None:
                counter.current += int(n or 0)
                counter.show()
                return None

        return QuietBar

    def finish_file(self, size: int) -> None:
        """Count a whole file."""
        self.finished, self.current = self.finished + size, 0
        self.show()

    def show(self) -> None:
        """Report the megabytes so far."""
        done = min(self.total, self.finished + self.current)
        self.report(Progress("downloading megabytes", done // MEGABYTE, self.total // MEGABYTE))


@contextmanager
def _asking(source: EyeSource) -> Iterator[None]:
    """Let the library of the hub ask it in the block: without a word on the terminal, and without telemetry.

    What goes wrong becomes one sentence.

    Raises:
        UsageError: There is no such model, or it needs an account.
        OutputUnwritable: The disk is full.
        DataMissing: The hub can't be reached, or the connection broke.
    """
    from huggingface_hub import constants, errors  # noqa: PLC0415
    from huggingface_hub.utils import logging as hub_logging  # noqa: PLC0415

    constants.HF_HUB_DISABLE_TELEMETRY = True
    verbosity = hub_logging.get_verbosity()
    hub_logging.set_verbosity(logging.CRITICAL)
    try:
        yield
    except PochadeError:
        raise
    except errors.GatedRepoError as error:
        hint = f"agree to them at huggingface.co/{source.repository}, then log in: hf auth login"
        raise UsageError(f"'{source.repository}' is only given to those who agree to its terms", hint) from error
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError, errors.HFValidationError) as error:
        raise UsageError(f"the hub has no model '{source.repository}'", CHOOSE_HINT) from error
    except Exception as error:  # of the library, of HTTP or of the system: there are dozens
        logger.info("the hub did not answer as expected", exc_info=error)
        if isinstance(error, OSError) and error.errno:
            _check_writable(error)
        raise _connection_error(source, error) from error
    finally:
        hub_logging.set_verbosity(verbosity)


def _check_writable(error: OSError) -> None:
    """Raise an OutputUnwritable if an error is about a file, or the disk, of this machine."""
    if error.filename or error.errno in FULL_DISK:
        place = f"'{printable(str(error.filename))}'" if error.filename else "the cache of the hub"
        raise OutputUnwritable(f"{place} could not be written: {error.strerror}", ROOM_HINT) from error


def _connection_error(source: EyeSource, error: Exception) -> DataMissing:
    from huggingface_hub import errors  # noqa: PLC0415

    if isinstance(error, errors.OfflineModeIsEnabled):
        problem = f"'{source.repository}' is not on this machine, and HF_HUB_OFFLINE forbids to fetch it"
        return DataMissing(problem, "unset HF_HUB_OFFLINE, or name a folder with a model")
    problem = f"'{source.repository}' could not be fetched from the hub: the connection failed or was cut off"
    return DataMissing(problem, "give the same command again; what has arrived is not fetched again")
