"""TIFF: up to 8 bits a channel through Pillow and libtiff, more through tifffile; CMYK in both.

The first directory is read once beforehand: it says the size, and which stretches of the file the pixels fill, so that
a file that is cut short is found before anything is decoded (the decoders would fill what is missing with grey). The
others are only counted: who writes the picture again would lose them.
"""

# ruff: noqa: PLR2004  # the numbers are the format's own

import contextlib
import struct

import numpy as np
from PIL import Image, TiffImagePlugin

from pochade.images.base.picture import Array, Header
from pochade.images.base.source import Source
from pochade.images.formats.chunked import sized
from pochade.images.formats.raster import CMYK_NOTE, Raw, sensible_dpi
from pochade.images.metadata.exif import upright, with_prefix
from pochade.images.metadata.icc import to_srgb

WIDTH, HEIGHT, DEPTH, KIND, SAMPLES, EXTRA = 256, 257, 258, 262, 277, 338
ORIENTATION, ICC = 274, 34675
SUBFILE, SMALLER, MASK = 254, 1, 4  # what a directory is; the bits that say it is no page
MOST_DIRECTORIES = 100  # that are looked at: each may take as long as reading the file
STRETCHES = ((273, 279), (324, 325))  # where strips begin and how long they are; and the same of tiles
DARK_IS_HIGH, PALETTE, CMYK = 0, 3, 5
KEPT = (270, 271, 272, 305, 306, 315, 33432)  # what it is, by whom, with what, when
INCHES = {2: 1.0, 3: 2.54}  # of TIFF's units
LARGEST_DIRECTORY = 4_000_000  # bytes that a tag's list may take: strips of 160,000 rows


def tiff_directory(source: Source) -> TiffImagePlugin.ImageFileDirectory_v2:
    """The first directory's tags."""
    directory = no_tags(source)
    source.file.seek(directory.next)
    directory.load(source.file)
    return directory


def no_tags(source: Source) -> TiffImagePlugin.ImageFileDirectory_v2:
    """A directory yet to be read, the first one next."""
    big = source.read_at(2, 2) in {b"\x2b\x00", b"\x00\x2b"}
    return TiffImagePlugin.ImageFileDirectory_v2(source.read_at(0, 16 if big else 8))


def tiff_header(source: Source) -> Header:
    """Of a TIFF's first page; PictureDamaged when its pixels aren't all there."""
    tags = tiff_directory(source)
    if WIDTH not in tags or HEIGHT not in tags:
        raise source.cut_short()
    for starts, lengths in STRETCHES:
        stretches = zip(tags.get(starts, ()), tags.get(lengths, ()), strict=False)
        if (end := max((start + length for start, length in stretches), default=0)) > source.size:
            raise source.cut_short(end)
    kind, samples, depth = tags.get(KIND, 1), int(tags.get(SAMPLES, 1)), max(tags.get(DEPTH, (1,)))
    colours = {PALETTE: 3, CMYK: 4}.get(kind, 1 if kind <= 1 else 3)
    own = 1 if kind == PALETTE else colours
    has_alpha = samples > own and tags.get(EXTRA, (0,))[0] in {1, 2}
    width, height = sized(int(tags[WIDTH]), int(tags[HEIGHT]), int(tags.get(ORIENTATION, 1)))
    depth = 8 if kind == PALETTE else int(depth)
    return Header("TIFF", width, height, depth, colours, has_alpha, pages(source, tags))


def pages(source: Source, tags: TiffImagePlugin.ImageFileDirectory_v2) -> int:
    """The first page and those behind it, without small copies and masks; where the chain breaks, it ends."""
    directory = no_tags(source)
    found, seen, at = 1, {0, directory.next}, tags.next
    with contextlib.suppress(OSError, ValueError, TypeError, SyntaxError, struct.error):  # what broken ones raise
        while at < source.size and at not in seen and len(seen) < MOST_DIRECTORIES:
            seen.add(at)
            source.file.seek(at)
            directory.load(source.file)
            found += WIDTH in directory and not directory.get(SUBFILE, 0) & (SMALLER | MASK)
            at = directory.next
    return found


def tiff_raw(source: Source, header: Header, _side: int | None) -> Raw:
    """The pixels of a TIFF's first page."""
    if header.depth > 8:
        return deep_tiff(source, header)
    source.file.seek(0)
    image = TiffImagePlugin.TiffImageFile(source.file)
    exif = described(image.tag_v2)
    image.load()  # turns it upright, too
    return Raw.of(image, orientation=1, exif=exif)


def described(tags: TiffImagePlugin.ImageFileDirectory_v2) -> bytes | None:
    """What a TIFF says of its origin, as EXIF: without the tags that only tell how its pixels lie."""
    exif = Image.Exif()
    for tag in KEPT:
        if tag in tags:
            text = tags[tag]
            exif[tag] = text.encode("latin-1") if isinstance(text, str) else text  # as Pillow decoded its bytes
    return upright(with_prefix(exif.tobytes())) if len(exif) else None


def deep_tiff(source: Source, header: Header) -> Raw:
    """A page of more than 8 bits a channel; floats run from 0 to 1."""
    import tifffile  # noqa: PLC0415  # a heavy library, for few files

    tags = tiff_directory(source)
    source.file.seek(0)
    with tifffile.TiffFile(source.file) as file:
        page = file.pages.first
        source.allow(page.imagewidth, page.imagelength, page.samplesperpixel * page.imagedepth * page.bitspersample / 8)
        values = page.asarray(maxworkers=1)
        planar = page.planarconfig == tifffile.PLANARCONFIG.SEPARATE and page.samplesperpixel > 1
    values = np.moveaxis(values, 0, -1) if planar else values
    values = sixteen_bits(np.atleast_3d(values), header.depth)  # (H, W, C)
    values = ~values if tags.get(KIND, 1) == DARK_IS_HIGH else values
    kept = header.channels + header.has_alpha  # other extra channels are masks and the like
    values = values[..., :kept]
    multiplied = header.has_alpha and tags.get(EXTRA, (2,))[0] == 1
    raw = Raw(
        Image.new("L", (1, 1)),
        straight_alpha(values) if multiplied else values,
        turning(tags.get(ORIENTATION, 1)),
        tags.get(ICC),
        described(tags),
        dots_per_inch(tags),
    )
    return deep_cmyk(raw) if header.channels == 4 else raw


def dots_per_inch(tags: TiffImagePlugin.ImageFileDirectory_v2) -> tuple[float, float] | None:
    """Across and down, of dots an inch or a centimetre; None where they have no unit."""
    dots, inch = sensible_dpi((tags.get(282), tags.get(283))), INCHES.get(tags.get(296, 2))
    return None if dots is None or inch is None else (dots[0] * inch, dots[1] * inch)


def turning(orientation: int) -> int:
    """The tag's value if it is one of the eight."""
    return orientation if orientation in range(1, 9) else 1


def sixteen_bits(values: Array, depth: int) -> Array:
    """Whole numbers of more than 8 bits, or floats from 0 to 1, as uint16."""
    if values.dtype.kind == "f":
        return (np.nan_to_num(values.astype(np.float32)).clip(0, 1) * 65535 + 0.5).astype(np.uint16)
    if values.dtype.itemsize > 2:
        return (values >> (8 * values.dtype.itemsize - 16)).astype(np.uint16)
    return values.astype(np.uint16) if depth >= 16 else (values.astype(np.uint16) << (16 - depth))


def straight_alpha(values: Array) -> Array:
    """Colours that were stored multiplied by alpha, divided by it; (H, W, C) uint16."""
    alpha = values[..., -1:].astype(np.uint32)
    colours = values[..., :-1].astype(np.uint32) * 65535 // np.maximum(alpha, 1)
    return np.concatenate([np.minimum(colours, 65535).astype(np.uint16), values[..., -1:]], axis=-1)


def deep_cmyk(raw: Raw) -> Raw:
    """Deep CMYK as an 8-bit RGB image: the colour engine converts no more than that."""
    assert raw.deep is not None
    image = Image.fromarray((raw.deep[..., :4] >> 8).astype(np.uint8), "CMYK")
    colours, notes = to_srgb(image, raw.icc)
    return Raw(
        colours, None, raw.orientation, exif=raw.exif, dpi=raw.dpi, notes=(CMYK_NOTE + " of 8 bits a channel", *notes)
    )
