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
from pochade.images.layered.psd_stack import PictureChannels, find_stacks

PSD_SIGNATURE = b"8BPS"
COLOURS_TOGETHER, MAX_CHANNELS = 3, 4  # of a picture

Group = list[tuple[int, int]]  # for each channel of a picture: the number of its place, and its number in there


def take_psd_apart(content: bytes) -> LayeredFile | None:
    """Take a PSD or PSB apart; None if it has no samples that come back byte for byte.

    Raises:
        PictureDamaged: The file is cut short, or its lengths contradict each other.
    """
    psd = find_channels(Source(io.BytesIO(content), "the file", len(content), MAX_SAMPLE_BYTES))
    layout, sample_bytes = psd.layout, psd.layout.depth // 8
    total_bytes = sum(place.shape[0] * place.shape[1] * len(place.channels) * sample_bytes for place in psd.places)
    if sample_bytes not in {1, 2} or total_bytes > MAX_SAMPLE_BYTES:
        return None
    decoded, usual = list[tuple[ChannelPlace, DecodedPlace]](), None
    for place in psd.places:
        samples = decode_place(content[place.start : place.end], place, sample_bytes, large=layout.large, usual=usual)
        if samples is not None:
            decoded.append((place, samples))
            usual = samples.rules or usual
    if not decoded:
        return None
    groups = list(_groups([place for place, _ in decoded]))
    file = _assemble(content, decoded, groups, sample_bytes)
    file.stacks = find_stacks(psd, [_members(group, decoded) for group in groups])
    return file


def _members(group: Group, decoded: list[tuple[ChannelPlace, DecodedPlace]]) -> PictureChannels:
    """Say which channels make a picture, and whose."""
    layer = decoded[group[0][0]][0].layer
    return PictureChannels(layer, tuple(decoded[number][0].channels[position] for number, position in group))


def _assemble(
    content: bytes, decoded: list[tuple[ChannelPlace, DecodedPlace]], groups: list[Group], sample_bytes: int
) -> LayeredFile:
    """Make pictures of all samples, and parts of the whole file."""
    file, end = LayeredFile(), 0
    references = [[Channel(0, 0)] * len(place.channels) for place, _ in decoded]
    for group in groups:
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


def _groups(places: list[ChannelPlace]) -> Iterator[Group]:
    """The channels that make one picture."""
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
