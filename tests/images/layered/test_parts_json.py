"""Parts survive as JSON, and JSON from a stranger is checked."""

import json
from typing import Any

import numpy as np
import pytest

from pochade.images.layered.layer_stack import LayerMask, StackedLayer
from pochade.images.layered.parts import (
    Channel,
    PackBitsPart,
    Part,
    RestPart,
    SamplesPart,
)
from pochade.images.layered.parts_json import parts_from_json, parts_to_json, stack_from_json, stack_to_json
from pochade.images.layered.run_length_rules import CONTEXTS, RunLengthRules

RULES = RunLengthRules(np.eye(3, CONTEXTS).astype(bool), 128, 368, -7, splits_end=True)
PARTS: list[Part] = [
    RestPart(7),
    PackBitsPart((Channel(0, 1), Channel(2, 3)), 4, RULES, ((5, 60),)),
    SamplesPart(Channel(1, 0)),
]


def test_parts_come_back_from_json() -> None:
    rules = list[dict[str, Any]]()
    data = json.loads(json.dumps([parts_to_json(PARTS + PARTS, rules), rules]))
    assert len(rules) == 1
    parts = parts_from_json(*data)
    again = list[dict[str, Any]]()
    assert parts_to_json(parts, again) == parts_to_json(PARTS + PARTS, rules)
    assert again == rules


@pytest.mark.parametrize(
    "part",
    [
        None,
        [],
        {},
        {"rest": -1},
        {"rest": 1.5},
        {"rest": True},
        {"rest": 2**50},
        {"samples": [0]},
        {"samples": [0, -1]},
        {"samples": "ab"},
        {"pack_bits": [[0, 0]], "count_bytes": 3, "rules": 0, "exceptions": []},
        {"pack_bits": [[0, 0]], "count_bytes": 2, "rules": 1, "exceptions": []},
        {"pack_bits": [[0, 0]], "count_bytes": 2, "rules": 0, "exceptions": [[1]]},
        {"pack_bits": [[0, 0]], "count_bytes": 2, "rules": 0},
    ],
)
def test_an_impossible_part_is_refused(part: Any) -> None:
    rules = list[dict[str, Any]]()
    parts_to_json(PARTS, rules)
    with pytest.raises(ValueError, match=r"a part|a list|a number|numbers of rows"):
        parts_from_json([part], rules)


@pytest.mark.parametrize(
    "changes", [{"pairs": "00"}, {"pairs": 5}, {"pairs": "zz" * 96}, {"block": 129}, {"segment": -1}, {"left": None}]
)
def test_impossible_rules_are_refused(changes: dict[str, Any]) -> None:
    rules = list[dict[str, Any]]()
    parts_to_json(PARTS, rules)
    with pytest.raises(ValueError):  # noqa: PT011  the sentence depends on the value
        parts_from_json([], [rules[0] | changes])


STACK = (
    StackedLayer(0, -5, 7, 255, "normal"),
    StackedLayer(3, 0, 0, 9, "multiply", (LayerMask(4, 0, 1, -1, 255), LayerMask(0, 3, 0, 0, 0))),
)


def test_stacks_come_back_from_json() -> None:
    assert stack_from_json(json.loads(json.dumps(stack_to_json(STACK)))) == STACK


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": "lighter"},
        {"mode": ["normal"]},
        {"picture": -1},
        {"top": 2**31},
        {"left": None},
        {"opacity": 256},
        {"masks": None},
        {"masks": [[0, 0, 0, 0]]},
        {"masks": [[0, 0, 0, 0, 256]]},
    ],
)
def test_an_impossible_layer_of_a_stack_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"a layer|a list|a number"):
        stack_from_json([stack_to_json(STACK)[0] | changes])
