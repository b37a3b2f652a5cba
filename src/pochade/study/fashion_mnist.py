"""Pictures for learning, in memory as uint8: the Fashion-MNIST data set, wherever this machine has it.

The four files are gzipped idx files (LeCun's format: two zero bytes, a type byte, the number of dimensions, each
dimension as a big-endian 32-bit number, then the values). What is checked is the SHA-256 of the *unpacked* content,
because the publisher and Debian packed the same content differently.
"""

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pooch
import torch
from torch import Tensor

from pochade.errors import DataDamaged, DataMissing

DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")  # of the package dataset-fashion-mnist
ADDRESS = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"  # the data set's own, from its README
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
class Source:
    """One of the data set's files and what it must hold."""

    name: str
    shape: tuple[int, ...]
    sha256: str  # of the unpacked content
    published_md5: str  # of the packed file at ADDRESS, from the data set's README

    @property
    def header(self) -> bytes:
        """The idx header that the unpacked content begins with."""
        magic = bytes((0, 0, 8, len(self.shape)))  # 8: unsigned bytes
        return magic + b"".join(side.to_bytes(4, "big") for side in self.shape)

    @property
    def size(self) -> int:
        """Bytes of the unpacked content."""
        return len(self.header) + int(np.prod(self.shape))


TRAIN_IMAGES = Source(
    "train-images-idx3-ubyte.gz",
    (60_000, 28, 28),
    "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
)
TRAIN_LABELS = Source(
    "train-labels-idx1-ubyte.gz",
    (60_000,),
    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "25c81989df183df01b3e8a0aad5dffbe",
)
TEST_IMAGES = Source(
    "t10k-images-idx3-ubyte.gz",
    (10_000, 28, 28),
    "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "bef4ecab320f06d8554ea6380940ec79",
)
TEST_LABELS = Source(
    "t10k-labels-idx1-ubyte.gz",
    (10_000,),
    "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    "bb300cfdad3c16e7a12a480ee83cd310",
)
SOURCES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)


@dataclass(frozen=True)
class Split:
    """Pictures with a label each."""

    images: Tensor  # (N, C, H, W) uint8
    labels: Tensor  # (N,) int64, an index into the classes


@dataclass(frozen=True)
class ImageSet:
    """A data set in memory: a split to learn from and a split to judge by."""

    train: Split
    test: Split
    classes: tuple[str, ...]


def fashion_mnist(folder: Path | None = None) -> ImageSet:
    """The whole of Fashion-MNIST (Xiao, Rasul & Vollgraf, arXiv:1708.07747), 55 MB in memory.

    Args:
        folder: Where the four files are; None looks in the cache, then where Debian installs them, then downloads.

    Raises:
        DataMissing: The files are nowhere and can't be downloaded.
        DataDamaged: A file is cut short, of the wrong kind, or not what the data set's publisher gave out.
    """
    folder = located(folder)
    arrays = [torch.from_numpy(read_idx(folder / source.name, source)) for source in SOURCES]
    train_images, train_labels, test_images, test_labels = arrays
    return ImageSet(
        Split(train_images.unsqueeze(1), train_labels.long()),  # (60000, 1, 28, 28), (60000,)
        Split(test_images.unsqueeze(1), test_labels.long()),  # (10000, 1, 28, 28), (10000,)
        CLASSES,
    )


def located(folder: Path | None) -> Path:
    """The folder that holds the four files; downloads them into the cache when no folder does.

    Raises:
        DataMissing: A folder is given and lacks a file, or the download fails.
    """
    if folder is not None:
        if absent := [source.name for source in SOURCES if not (folder / source.name).is_file()]:
            raise DataMissing(
                f"'{folder}' does not hold '{absent[0]}'",
                f"--data wants the folder with the four files of Fashion-MNIST, from {ADDRESS}",
            )
        return folder
    for place in (cache_folder(), DEBIAN_FOLDER):
        if all((place / source.name).is_file() for source in SOURCES):
            return place
    return downloaded()


def cache_folder() -> Path:
    """Where downloaded data is kept for this person."""
    return Path(pooch.os_cache("pochade")) / "fashion-mnist"


def downloaded() -> Path:
    """Fetch the four files from the data set's own address into the cache, with a progress bar on stderr.

    Raises:
        DataMissing: No connection, or what came is not what was published.
    """
    for source in SOURCES:
        try:
            pooch.retrieve(
                ADDRESS + source.name,
                known_hash=f"md5:{source.published_md5}",
                fname=source.name,
                path=cache_folder(),
                progressbar=True,
            )
        except (OSError, ValueError) as error:  # requests' errors are OSErrors; a wrong checksum is a ValueError
            raise DataMissing(
                f"'{source.name}' could not be downloaded from {ADDRESS}: {brief(error)}",
                "on Debian, 'make data' fetches the package dataset-fashion-mnist instead; "
                "or give the folder with the four files as --data DIR",
            ) from error
    return cache_folder()


def brief(error: Exception) -> str:
    """The first line of an error's words, shortened: libraries put whole stacks into them."""
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0][:120]


def read_idx(path: Path, source: Source) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """The values of a gzipped idx file, once its length, kind and checksum are right.

    Raises:
        DataDamaged: With which of the three is wrong.
    """
    hint = f"delete '{path}' and fetch it again"
    content = unpacked(path, source.size)
    if not source.header.startswith(content[: len(source.header)]):
        raise DataDamaged(f"'{path}' is not the idx file that '{source.name}' should be", hint)
    if len(content) < source.size:
        raise DataDamaged(f"'{path}' is cut short: {len(content):,} of {source.size:,} unpacked bytes", hint)
    found = hashlib.sha256(content).hexdigest()
    if found != source.sha256:
        raise DataDamaged(f"'{path}' has the checksum {found[:12]}… instead of {source.sha256[:12]}…", hint)
    values = np.frombuffer(content, dtype=np.uint8, offset=len(source.header))
    return values.reshape(source.shape).copy()


def unpacked(path: Path, limit: int) -> bytes:
    """What a gzip file holds, at most one byte past the limit, so that a bomb can't fill the memory.

    A file that ends early gives what could be read of it.

    Raises:
        DataDamaged: The file can't be read, or is no gzip file, or its packed bytes are broken.
    """
    hint = f"delete '{path}' and fetch it again"
    parts: list[bytes] = []
    try:
        with gzip.open(path) as file:
            while limit >= 0 and (part := file.read1(min(1 << 20, limit + 1))):
                parts.append(part)
                limit -= len(part)
    except EOFError:
        pass  # cut short: the caller says by how much
    except gzip.BadGzipFile as error:
        raise DataDamaged(f"'{path}' is not an intact gzip file: {error}", hint) from error
    except zlib.error as error:
        raise DataDamaged(f"'{path}' is damaged inside: {error}", hint) from error
    except OSError as error:
        raise DataDamaged(f"'{path}' can't be read: {error.strerror or error}", "see its permissions") from error
    return b"".join(parts)
