"""How much time and memory a worker may spend on one picture: in proportion to what honest pictures need.

The work that a file asks for can't be known before it is done: a page of a PDF, a JPEG of a thousand scans or a canvas
of a thousand layers needs few bytes. Therefore the system ends a worker that takes far more than honest files of this
size and format. The limits are several times what was measured for pictures of noise and for flat ones.
"""

from contextlib import AbstractContextManager

from pochade.images.base.picture import Header
from pochade.images.base.source import Source
from pochade.system.worker_limits import limit_decoder

_SECONDS = 5.0  # of processor time, for any file; flat pictures of the largest size take two
_SECONDS_PER_BYTE = 1e-6  # the slowest format, JPEG 2000, takes a tenth of it
_BYTES = 200 * 2**20  # memory, for any file
_COPIES_OF_FILE = 3
_MEMORY_FACTOR = 1.25  # for memory that an allocator keeps, and that threads reserve
_LAYERED_FORMATS = {"PSD", "PSB", "XCF", "KRA", "KRZ", "ORA", "PROCREATE", "CLIP", "DNG"}
_BYTES_PER_LAYERED_PIXEL = 45  # a layer may be larger than the canvas, and a picture in the file than its header says


def limit_file(source: Source) -> AbstractContextManager[None]:
    """Limit the block to what reading a whole file may take, if it runs in a worker."""
    return limit_decoder(_seconds(source), 2 * source.max_bytes)


def limit_header(source: Source) -> AbstractContextManager[None]:
    """Limit the block to what reading the header of a file may take, if it runs in a worker."""
    return limit_decoder(_seconds(source), _BYTES + _COPIES_OF_FILE * source.size)


def limit_pixels(source: Source, header: Header, bytes_per_pixel: float) -> AbstractContextManager[None]:
    """Limit the block to what reading the pixels of a file may take, if it runs in a worker.

    Args:
        source: The file.
        header: Its header.
        bytes_per_pixel: Memory that reading takes for each pixel.
    """
    if header.format in _LAYERED_FORMATS:
        bytes_per_pixel = max(bytes_per_pixel, _BYTES_PER_LAYERED_PIXEL)
    pixel_bytes = int(_MEMORY_FACTOR * header.width * header.height * bytes_per_pixel)
    return limit_decoder(_seconds(source), _BYTES + _COPIES_OF_FILE * source.size + pixel_bytes)


def _seconds(source: Source) -> float:
    return _SECONDS + _SECONDS_PER_BYTE * source.size
