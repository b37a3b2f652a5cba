"""The Fashion-MNIST data set, read from this machine or downloaded.

The four files are gzipped idx files (LeCun's format: two zero bytes, a type byte, the number of dimensions, each
dimension as a big-endian 32-bit number, then the values). The SHA-256 of the *unpacked* content is checked, because
the publisher and Debian packed the same content differently.
"""

import gzip
import hashlib
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pochade.errors import DataDamaged, DataMissing

DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")  # of the package dataset-fashion-mnist
DATA_URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"  # from the data set's README
CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


@dataclass(frozen=True)
class DataFile:
    """A file of the data set, and what it must contain."""

    name: str
    shape: tuple[int, ...]
    sha256: str  # of the unpacked content
    published_md5: str  # of the packed file at DATA_URL, from the data set's README

    @property
    def header(self) -> bytes:
        """The idx header at the beginning of the unpacked content."""
        magic = bytes((0, 0, 8, len(self.shape)))  # 8: unsigned bytes
        return magic + b"".join(side.to_bytes(4, "big") for side in self.shape)

    @property
    def size(self) -> int:
        """The number of bytes of the unpacked content."""
        return len(self.header) + int(np.prod(self.shape))


TRAIN_IMAGES = DataFile(
    "train-images-idx3-ubyte.gz",
    (60_000, 28, 28),
    "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
)
TRAIN_LABELS = DataFile(
    "train-labels-idx1-ubyte.gz",
    (60_000,),
    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "25c81989df183df01b3e8a0aad5dffbe",
)
TEST_IMAGES = DataFile(
    "t10k-images-idx3-ubyte.gz",
    (10_000, 28, 28),
    "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "bef4ecab320f06d8554ea6380940ec79",
)
TEST_LABELS = DataFile(
    "t10k-labels-idx1-ubyte.gz",
    (10_000,),
    "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    "bb300cfdad3c16e7a12a480ee83cd310",
)
DATA_FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)


@dataclass(frozen=True)
class Split:
    """Pictures and their labels."""

    images: Tensor  # (N, C, H, W) uint8
    labels: Tensor  # (N,) int64, an index into the classes


@dataclass(frozen=True)
class ImageSet:
    """A data set in memory."""

    train: Split
    test: Split  # never trained on
    classes: tuple[str, ...]  # names


def fashion_mnist(folder: Path | None = None) -> ImageSet:
    """Load Fashion-MNIST (Xiao, Rasul & Vollgraf, arXiv:1708.07747): 55 MB in memory.

    Args:
        folder: The folder of the four files. None looks in the cache, then where Debian installs them, then downloads.

    Raises:
        DataMissing: The files are not on this machine and can't be downloaded.
        DataDamaged: A file is cut short, of the wrong kind, or differs from the published one.
    """
    folder = locate_data(folder)
    arrays = [torch.from_numpy(read_idx(folder / file.name, file)) for file in DATA_FILES]
    train_images, train_labels, test_images, test_labels = arrays
    return ImageSet(
        Split(train_images.unsqueeze(1), train_labels.long()),  # (60000, 1, 28, 28), (60000,)
        Split(test_images.unsqueeze(1), test_labels.long()),  # (10000, 1, 28, 28), (10000,)
        CLASSES,
    )


def locate_data(folder: Path | None) -> Path:
    """Find the folder with the four files; download them to the cache if no folder has them.

    Raises:
        DataMissing: The given folder lacks a file, or the download fails.
    """
    if folder is not None:
        if absent := [file.name for file in DATA_FILES if not (folder / file.name).is_file()]:
            raise DataMissing(
                f"'{folder}' does not hold '{absent[0]}'",
                f"give --data the folder with the four files of Fashion-MNIST, from {DATA_URL}",
            )
        return folder
    for candidate in (cache_folder(), DEBIAN_FOLDER):
        if all((candidate / file.name).is_file() for file in DATA_FILES):
            return candidate
    return _download()


def cache_folder() -> Path:
    """The folder of downloaded data of this user."""
    return Path(_load_pooch().os_cache("pochade")) / "fashion-mnist"


def _load_pooch() -> Any:
    """Import pooch without the warning of its progress bar, which in a notebook asks for another library."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="IProgress not found")
        import pooch  # noqa: PLC0415

        return pooch


def _download() -> Path:
    """Download the four files to the cache, with a progress bar on stderr.

    Raises:
        DataMissing: There is no connection, or a file differs from the published one.
    """
    for file in DATA_FILES:
        try:
            _load_pooch().retrieve(
                DATA_URL + file.name,
                known_hash=f"md5:{file.published_md5}",
                fname=file.name,
                path=cache_folder(),
                progressbar=True,
            )
        except (OSError, ValueError) as error:  # requests' errors are OSErrors; a wrong checksum is a ValueError
            raise DataMissing(
                f"'{file.name}' could not be downloaded from {DATA_URL}: {_first_line(error)}",
                "on Debian, 'make data' installs the files from the package dataset-fashion-mnist; "
                "or give the folder with the four files as --data DIR",
            ) from error
    return cache_folder()


def _first_line(error: Exception) -> str:
    """The beginning of an error's text: some libraries put whole stack traces into it."""
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0][:120]


def read_idx(path: Path, expected: DataFile) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """Read the values of a gzipped idx file, after checking its kind, length and checksum.

    Raises:
        DataDamaged: One of the three is wrong.
    """
    hint = f"delete '{path}' and fetch it again"
    content = unpack_limited(path, expected.size)
    if not expected.header.startswith(content[: len(expected.header)]):
        raise DataDamaged(f"'{path}' is not the idx file that '{expected.name}' should be", hint)
    if len(content) < expected.size:
        raise DataDamaged(f"'{path}' is cut short: {len(content):,} of {expected.size:,} unpacked bytes", hint)
    checksum = hashlib.sha256(content).hexdigest()
    if checksum != expected.sha256:
        raise DataDamaged(f"'{path}' has the checksum {checksum[:12]}… instead of {expected.sha256[:12]}…", hint)
    values = np.frombuffer(content, dtype=np.uint8, offset=len(expected.header))
    return values.reshape(expected.shape).copy()


def unpack_limited(path: Path, limit: int) -> bytes:
    """Unpack a gzip file, at most one byte more than the limit, so that a zip bomb can't fill the memory.

    A file that is cut short gives the part that could be read.

    Args:
        path: The file.
        limit: The expected number of unpacked bytes.

    Raises:
        DataDamaged: The file can't be read, is no gzip file, or its packed bytes are damaged.
    """
    hint = f"delete '{path}' and fetch it again"
    parts: list[bytes] = []
    try:
        with gzip.open(path) as file:
            while limit >= 0 and (part := file.read1(min(1 << 20, limit + 1))):
                parts.append(part)
                limit -= len(part)
    except EOFError:
        pass  # cut short: the caller reports the missing bytes
    except gzip.BadGzipFile as error:
        raise DataDamaged(f"'{path}' is not an intact gzip file: {error}", hint) from error
    except zlib.error as error:
        raise DataDamaged(f"'{path}' is damaged inside: {error}", hint) from error
    except OSError as error:
        raise DataDamaged(f"'{path}' can't be read: {error.strerror or error}", "check its permissions") from error
    return b"".join(parts)
