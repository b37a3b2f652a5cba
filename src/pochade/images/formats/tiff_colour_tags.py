"""What a TIFF without a profile says about its colours: a transfer function, primaries, or the rules of its EXIF.

These are the tags of the colorimetry section of TIFF 6.0. Only grey, RGB, palettes and YCbCr have them.
"""

import numpy as np

from pochade.images.base.icc_writer import make_table_profile
from pochade.images.base.picture import Array, Header
from pochade.images.base.primaries import SRGB_PRIMARIES, Primaries, span_colours
from pochade.images.base.source import Source
from pochade.images.formats.tiff_pages import READING_ERRORS, Directory, empty_directory
from pochade.images.metadata.colour_tags import adobe_rgb_profile, space_of_primaries

_PHOTOMETRIC_TAG, _TRANSFER_FUNCTION_TAG, _WHITE_POINT_TAG, _PRIMARIES_TAG = 262, 301, 318, 319
_SAMPLE_FORMAT_TAG, _EXIF_TAG, _COLOUR_SPACE_TAG = 339, 34665, 40961
_INTEROPERABILITY_TAG, _RULE_TAG = 40965, 1
_KINDS = {0, 1, 2, 3, 6}  # photometric interpretations: grey, RGB, palette and YCbCr
_FLOATS = 3  # a sample format
_ADOBE_RGB_NUMBER, _SRGB_NUMBER, _ADOBE_RGB_RULES = 2, 1, ("R03", "A98")


def profile_of_tags(source: Source, tags: Directory, header: Header) -> bytes | None:
    """The profile of the colours that the tags of a page name; None if they name none, or sRGB.

    Args:
        source: The file.
        tags: The page's directory.
        header: The page's header.
    """
    if int(tags.get(_PHOTOMETRIC_TAG, 1)) not in _KINDS:
        return None
    grey, primaries = header.channels == 1, _read_primaries(tags)
    curves = None if _holds_floats(tags) else _read_curves(tags)
    if curves is not None:
        return make_table_profile("Transfer function", primaries or SRGB_PRIMARIES, curves, grey=grey)
    if primaries is not None:
        return space_of_primaries(primaries, grey=grey).icc
    return adobe_rgb_profile() if not grey and _says_adobe_rgb(source, tags) else None


def _holds_floats(tags: Directory) -> bool:
    formats = np.atleast_1d(tags.get(_SAMPLE_FORMAT_TAG, 1))
    return bool((formats == _FLOATS).any())


def _read_primaries(tags: Directory) -> Primaries | None:
    """The primaries; None if there are none, or they are impossible. Without a white point they have that of sRGB."""
    try:
        red_x, red_y, green_x, green_y, blue_x, blue_y = (float(value) for value in tags.get(_PRIMARIES_TAG, ()))
        white_x, white_y = (float(value) for value in tags.get(_WHITE_POINT_TAG, SRGB_PRIMARIES.white))
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    primaries = Primaries((red_x, red_y), (green_x, green_y), (blue_x, blue_y), (white_x, white_y))
    return primaries if span_colours(primaries) else None


def _read_curves(tags: Directory) -> Array | None:
    """The light of each value, (1 or 3, N) uint16: one table for all channels, or one for each; None if there is none.

    A table whose values do not rise is no tone curve.
    """
    values = np.array(tags.get(_TRANSFER_FUNCTION_TAG, ()), np.int64).reshape(-1)
    for count in (1, 3):
        length = values.size // count
        if length * count == values.size and length in {2**bits for bits in range(1, 17)}:
            curves = values.reshape(count, length)
            rises = (np.diff(curves, axis=1) >= 0).all() and (curves[:, -1] > curves[:, 0]).all()
            return curves.astype(np.uint16) if rises else None
    return None


def _says_adobe_rgb(source: Source, tags: Directory) -> bool:
    """Whether the EXIF says that the colours are Adobe RGB; see `says_adobe_rgb` for the rules."""
    settings = _read_directory(source, tags.get(_EXIF_TAG))
    number = settings.get(_COLOUR_SPACE_TAG)
    if number in {_SRGB_NUMBER, _ADOBE_RGB_NUMBER}:
        return bool(number == _ADOBE_RGB_NUMBER)
    rule = _read_directory(source, settings.get(_INTEROPERABILITY_TAG)).get(_RULE_TAG)
    return isinstance(rule, str) and rule.startswith(_ADOBE_RGB_RULES)


def _read_directory(source: Source, offset: object) -> Directory:
    """The directory at an offset; an empty one if there is none, or it is broken."""
    directory = empty_directory(source)
    if isinstance(offset, int) and 0 < offset < source.size:
        try:
            source.file.seek(offset)
            directory.load(source.file)
        except READING_ERRORS:
            return empty_directory(source)
    return directory
