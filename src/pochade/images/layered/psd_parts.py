"""A PSD or PSB taken apart: the channels of a layer become a picture, and so do those of the merged picture."""

import io
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from pochade.images.base.source import Source
from pochade.images.layered.layered_file import MAX_SAMPLE_BYTES, LayeredFile
from pochade.images.layered.parts import Channel
from pochade.images.layered.psd_channels import MASK, ChannelPlace, find_channels
from pochade.images.layered.psd_samples import DecodedPlace, decode_place

PSD_SIGNATURE = b"8BPS"
COLOURS_TOGETHER, MAX_CHANNELS = 3, 4  # of a picture


def take_psd_apart(content: bytes) -> LayeredFile | None:
    """Take a PSD or PSB apart; None if it has no samples that come back byte for byte.

    Raises:
        PictureDamaged: The file is cut short, or its lengths contradict each other.
    """
    layout, places = find_channels(Source(io.BytesIO(content), "the file", len(content), MAX_SAMPLE_BYTES))
    sample_bytes = layout.depth // 8
    total_bytes = sum(place.shape[0] * place.shape[1] * len(place.channels) * sample_bytes for place in places)
    if sample_bytes not in {1, 2} or total_bytes > MAX_SAMPLE_BYTES:
        return None
    decoded = list[tuple[ChannelPlace, DecodedPlace]]()
    for place in places:
        samples = decode_place(content[place.start : place.end], place, sample_bytes, large=layout.large)
        if samples is not None:
            decoded.append((place, samples))
    return _assemble(content, decoded, sample_bytes) if decoded else None


def _assemble(content: bytes, decoded: list[tuple[ChannelPlace, DecodedPlace]], sample_bytes: int) -> LayeredFile:
    """Make pictures of all samples, and parts of the whole file."""
    file, end = LayeredFile(), 0
    references = [[Channel(0, 0)] * len(place.channels) for place, _ in decoded]
    for group in _groups([place for place, _ in decoded]):
        for channel, (number, position) in enumerate(group):
            references[number][position] = Channel(len(file.pictures), channel)
        planes = [decoded[number][1].planes[position].view(f">u{sample_bytes}") for number, position in group]
        file.pictures.append(np.stack(planes, axis=-1).astype(f"u{sample_bytes}"))
    for (place, samples), channels in zip(decoded, references, strict=True):
        file.keep(content[end : place.start])
        file.parts += samples.make_parts(channels)
        file.rest += samples.rest
        end = place.end
    file.keep(content[end:])
    return file


def _groups(places: list[ChannelPlace]) -> Iterator[list[tuple[int, int]]]:
    """The channels that make one picture: numbers of their places, and of the channels in these."""
    layers = defaultdict[tuple[int, tuple[int, int], bool], list[tuple[int, int, int]]](list)
    for number, place in enumerate(places):
        for position, channel in enumerate(place.channels):
            layers[place.layer, place.shape, channel == MASK].append((channel, number, position))
    for members in layers.values():
        colours = sorted(member for member in members if member[0] >= 0)
        others = [member for member in members if member[0] < 0]
        ordered = colours[:COLOURS_TOGETHER] + others[:1] + colours[COLOURS_TOGETHER:] + others[1:]
        together = MAX_CHANNELS if len(colours) >= COLOURS_TOGETHER else 2
        yield [member[1:] for member in ordered[:together]]
        yield from ([member[1:]] for member in ordered[together:])
