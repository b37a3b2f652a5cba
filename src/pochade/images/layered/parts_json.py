"""Parts and stacks of a layered file as JSON, and back; docs/format.md specifies the fields.

JSON from a stranger is checked.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from pochade.images.base.picture import Array
from pochade.images.layered.layer_stack import BLEND_MODES, LayerMask, StackedLayer
from pochade.images.layered.parts import (
    Channel,
    GimpTilesPart,
    PackBitsPart,
    Part,
    RestPart,
    SamplesPart,
)
from pochade.images.layered.run_length_rules import CONTEXTS, MAX_TOKEN_BYTES, RunLengthRules

MAX_NUMBER = 2**40


def parts_to_json(parts: Sequence[Part], rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return parts as JSON; rules that are not in the list yet are added to it."""
    return [_part_to_json(part, rules) for part in parts]


def parts_from_json(data: Any, rules: Any) -> list[Part]:
    """Read parts.

    Raises:
        ValueError: The JSON has another form, or impossible numbers.
    """
    known = [_read_rules(fields) for fields in _list(rules)]
    return [_read_part(fields, known) for fields in _list(data)]


def stack_to_json(layers: Sequence[StackedLayer]) -> list[dict[str, Any]]:
    """Return the layers that predict a picture as JSON."""
    return [layer._asdict() for layer in layers]


def stack_from_json(data: Any) -> tuple[StackedLayer, ...]:
    """Read the layers that predict a picture.

    Raises:
        ValueError: The JSON has another form, or impossible numbers.
    """
    return tuple(_read_layer(fields) for fields in _list(data))


def _read_layer(fields: Any) -> StackedLayer:
    if not isinstance(fields, dict) or fields.get("mode") not in list(BLEND_MODES):
        raise ValueError("a layer is no object, or is blended in an unknown way")
    top, left = (_coordinate(fields.get(name)) for name in ("top", "left"))
    masks = tuple(_read_mask(mask) for mask in _list(fields.get("masks")))
    number, opacity = _number(fields.get("picture")), _number(fields.get("opacity"), 256)
    return StackedLayer(number, top, left, opacity, fields["mode"], masks)


def _read_mask(value: Any) -> LayerMask:
    picture, channel, top, left, outside = _exactly(_list(value), 5)
    return LayerMask(_number(picture), _number(channel), _coordinate(top), _coordinate(left), _number(outside, 256))


def _part_to_json(part: Part, rules: list[dict[str, Any]]) -> dict[str, Any]:
    match part:
        case RestPart(size):
            return {"rest": size}
        case SamplesPart(channel):
            return {"samples": channel}
        case PackBitsPart(channels, count_bytes, row_rules, exceptions):
            index = _index_of(row_rules, rules)
            return {"pack_bits": channels, "count_bytes": count_bytes, "rules": index, "exceptions": exceptions}
        case GimpTilesPart(picture, packed, exceptions):
            return {"gimp_tiles": picture, "packed": packed, "exceptions": exceptions}
    raise TypeError(f"{part} is no part")


def _index_of(row_rules: RunLengthRules, rules: list[dict[str, Any]]) -> int:
    fields = asdict(row_rules) | {"pairs": np.packbits(row_rules.pairs).tobytes().hex()}
    if fields not in rules:
        rules.append(fields)
    return rules.index(fields)


def _read_part(fields: Any, rules: list[RunLengthRules]) -> Part:
    if not isinstance(fields, dict):
        raise ValueError("a part is no object")
    if "rest" in fields:
        return RestPart(_number(fields["rest"]))
    if "samples" in fields:
        return SamplesPart(_read_channel(fields["samples"]))
    if "gimp_tiles" in fields:
        return GimpTilesPart(_number(fields["gimp_tiles"]), fields.get("packed") is True, _read_exceptions(fields))
    return _read_pack_bits(fields, rules)


def _read_pack_bits(fields: dict[str, Any], rules: list[RunLengthRules]) -> PackBitsPart:
    channels = tuple(_read_channel(channel) for channel in _list(fields.get("pack_bits")))
    count_bytes = _number(fields.get("count_bytes"), 5)
    if count_bytes not in {2, 4}:
        raise ValueError("numbers of rows have two or four bytes")
    return PackBitsPart(
        channels, count_bytes, rules[_number(fields.get("rules"), len(rules))], _read_exceptions(fields)
    )


def _read_exceptions(fields: dict[str, Any]) -> tuple[tuple[int, int], ...]:
    pairs = (_exactly(_list(pair), 2) for pair in _list(fields.get("exceptions")))
    return tuple((_number(number), _number(size)) for number, size in pairs)


def _read_channel(value: Any) -> Channel:
    return Channel(*(_number(number) for number in _exactly(_list(value), 2)))


def _read_rules(fields: Any) -> RunLengthRules:
    if not isinstance(fields, dict) or not isinstance(fields.get("pairs"), str):
        raise ValueError("rules have no pairs")
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(fields["pairs"]), np.uint8))
    if len(bits) != 3 * CONTEXTS:
        raise ValueError("rules have pairs of another size")
    pairs: Array = bits.reshape(3, CONTEXTS).astype(bool)
    block, segment = _number(fields.get("block"), MAX_TOKEN_BYTES + 1), _number(fields.get("segment"), 2**24)
    left = _coordinate(fields.get("left"))
    return RunLengthRules(pairs, block, segment, left, fields.get("splits_end") is True)


def _coordinate(value: Any) -> int:
    return _number(value, 2**31, -(2**31))


def _number(value: Any, below: float = MAX_NUMBER, minimum: int = 0) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value < below:
        raise ValueError("a number is missing or impossible")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("a list is missing")
    return value


def _exactly(values: list[Any], count: int) -> list[Any]:
    if len(values) != count:
        raise ValueError(f"a list has not {count} members")
    return values
