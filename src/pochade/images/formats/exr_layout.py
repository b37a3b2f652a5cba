"""The headers of an OpenEXR file: its parts, their windows and their channels.

    signature, version -> attributes of each part -> offsets -> pixels

They are read here, before the library sees the file, so that its memory is bounded.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
from dataclasses import dataclass

from pochade.images.base.source import Source

_DEEP_DATA, _SEVERAL_PARTS = 0x800, 0x1000  # bits of the version
_MAX_ATTRIBUTES, _MAX_PARTS, _MAX_CHANNELS = 1000, 100, 1000
_MAX_NAME = 255  # bytes
_CHANNEL_BYTES = {0: 4, 1: 2, 2: 4}  # by type: whole numbers, half floats, floats
LUMINANCE_AND_DIFFERENCES = ("Y", "RY", "BY")
_COARSE = ".coarse"  # behind the name of a channel that has no value for every pixel
_MAX_SIDE = 10_000_000  # pixels

Window = tuple[int, int, int, int]  # left, top, right and bottom pixel; the last two belong to the window


@dataclass(frozen=True)
class ExrPart:
    """A picture in the file."""

    data_window: Window  # the pixels that are stored
    display_window: Window  # the pixels that are shown
    channel_bytes: dict[str, int]  # bytes of a pixel, by the channel's name
    chromaticities: tuple[float, ...] | None  # x and y of red, green, blue and white

    @property
    def stored_bytes(self) -> int:
        """The memory that the decoded pixels take."""
        width, height = window_size(self.data_window)
        return width * height * sum(self.channel_bytes.values())

    @property
    def colours(self) -> tuple[str, ...]:
        """The names of red, green and blue, or of the luminance, of the first layer that has them.

        A luminance may be followed by two differences of colours, which are coarser.
        """
        prefixes = sorted({name[: name.rfind(".") + 1] for name in self.channel_bytes})  # "" is the main layer
        stored = {name.removesuffix(_COARSE) for name in self.channel_bytes}
        for letters in (("R", "G", "B"), LUMINANCE_AND_DIFFERENCES, ("Y",)):
            for prefix in prefixes:
                names = tuple(prefix + letter for letter in letters)
                if names[0] in self.channel_bytes and stored.issuperset(names):
                    return names
        return ()

    @property
    def has_differences(self) -> bool:
        """Whether the colours are a luminance and two differences."""
        return self.colours[1:2] != () and self.colours[1].endswith(LUMINANCE_AND_DIFFERENCES[1])

    @property
    def alpha(self) -> str | None:
        """The name of the alpha of the same layer."""
        name = self.colours[0][: self.colours[0].rfind(".") + 1] + "A" if self.colours else ""
        return name if name in self.channel_bytes else None


def window_size(window: Window) -> tuple[int, int]:
    """Width and height of a window."""
    return window[2] - window[0] + 1, window[3] - window[1] + 1


def read_exr_parts(source: Source) -> tuple[ExrPart, ...]:
    """Read the headers of all parts.

    Raises:
        PictureDamaged: A header is invalid or ends too early.
        FormatUnknown: The pixels have several depths, which no viewer shows as a picture.
    """
    version = int.from_bytes(source.read_exactly(4, 4), "little")
    if version & _DEEP_DATA:
        raise source.format_error("it is an OpenEXR file with several depths per pixel")
    parts, offset = list[ExrPart](), 8
    while len(parts) < _MAX_PARTS and (not parts or source.read_exactly(offset, 1) != b"\0"):
        attributes, offset = _read_attributes(source, offset)
        parts.append(_parse_part(source, attributes))
        if not version & _SEVERAL_PARTS:
            break
    return tuple(parts)


def _read_attributes(source: Source, offset: int) -> tuple[dict[str, bytes], int]:
    """The content of each attribute of a header by its name, and the offset behind the header."""
    attributes = dict[str, bytes]()
    for _ in range(_MAX_ATTRIBUTES):
        name, offset = _read_name(source, offset)
        if not name:
            return attributes, offset
        _, offset = _read_name(source, offset)
        size = int.from_bytes(source.read_exactly(offset, 4), "little", signed=True)
        if size < 0:
            raise source.damage_error("its header has invalid values")
        keep = name in {"channels", "dataWindow", "displayWindow", "chromaticities"}
        attributes[name] = source.read_exactly(offset + 4, size) if keep else b""
        offset += 4 + size
    raise source.damage_error("its header has too many attributes")


def _read_name(source: Source, offset: int) -> tuple[str, int]:
    """A name that ends with a zero, and the offset behind it."""
    content = source.read_at(offset, _MAX_NAME + 1)
    end = content.find(b"\0")
    if end < 0:
        raise (
            source.truncation_error()
            if offset + len(content) >= source.size
            else source.damage_error("its header has a name without an end")
        )
    return content[:end].decode("utf-8", "replace"), offset + end + 1


def _parse_part(source: Source, attributes: dict[str, bytes]) -> ExrPart:
    data, display = (attributes.get(name, b"") for name in ("dataWindow", "displayWindow"))
    if len(data) != 16 or len(display) != 16 or "channels" not in attributes:
        raise source.damage_error("its header has no size or no channels")
    data_window: Window = struct.unpack("<4i", data)
    display_window: Window = struct.unpack("<4i", display)
    sides = (*window_size(data_window), *window_size(display_window))
    if min(sides) < 1 or max(sides) > _MAX_SIDE:
        raise source.damage_error("its header states an impossible size")
    primaries = attributes.get("chromaticities", b"")
    chromaticities = struct.unpack("<8f", primaries) if len(primaries) == 32 else None
    return ExrPart(data_window, display_window, _parse_channels(source, attributes["channels"]), chromaticities)


def _parse_channels(source: Source, content: bytes) -> dict[str, int]:
    """The bytes of a pixel of each channel that has a value for every pixel."""
    channels, offset = dict[str, int](), 0
    for _ in range(_MAX_CHANNELS):
        end = content.find(b"\0", offset)
        if end == offset:
            return channels
        if end < 0 or end + 17 > len(content):
            break
        kind, _, across, down = struct.unpack("<4i", content[end + 1 : end + 17])
        if kind not in _CHANNEL_BYTES:
            break
        name = content[offset:end].decode("utf-8", "replace")
        if across == down == 1:
            channels[name] = _CHANNEL_BYTES[kind]
        else:  # of a luminance with coarse colours; the library decodes it nevertheless
            channels[name + _COARSE] = _CHANNEL_BYTES[kind]
        offset = end + 17
    raise source.damage_error("its list of channels is invalid")
