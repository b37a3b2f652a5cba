"""A packed model unpacks to one that gives the same results, and a damaged one is refused."""

import json
from typing import Any

import pytest
import torch

from pochade.errors import CheckpointDamaged
from pochade.models.packed_weights import pack_model, unpack_model
from tests.support.denoisers import SMALL_CONFIG, random_denoiser


def test_an_unpacked_model_gives_the_same_results() -> None:
    model = random_denoiser()
    unpacked = unpack_model(pack_model(model))
    x, conditioning = torch.rand(1, 3, 32, 32), torch.full((1, 1, 32, 32), 0.5)
    with torch.no_grad():
        assert unpacked.config == SMALL_CONFIG
        assert torch.allclose(unpacked(x, conditioning)[0], model(x, conditioning)[0], atol=0.05)
    assert len(pack_model(model)) < 1.2 * sum(parameter.numel() for parameter in model.parameters())
    assert pack_model(unpacked) == pack_model(unpack_model(pack_model(unpacked)))


@pytest.mark.parametrize(
    "config",
    [
        {"widths": []}, {"widths": [1] * 11}, {"widths": "ab"}, {"widths": [2**20, 2**20]}, {"change": "x"},
        {"change": None}, {"planes": -1}, {"planes": 2**40}, {"finds": True}, {"more": 1}, {"keeps_grey": 1}, [],
    ],
)  # fmt: skip
def test_a_model_with_an_impossible_config_is_refused(config: Any) -> None:
    model = random_denoiser()
    header, _, body = pack_model(model).partition(b"\n")
    fields = json.loads(header)
    fields["config"] = fields["config"] | config if isinstance(config, dict) else config
    with pytest.raises(CheckpointDamaged):
        unpack_model(json.dumps(fields).encode() + b"\n" + body)


@pytest.mark.parametrize("position", [0, 30, -1])
def test_a_damaged_model_is_refused(position: int) -> None:
    model = random_denoiser()
    content = bytearray(pack_model(model))
    content[position] ^= 255
    with pytest.raises(CheckpointDamaged):
        unpack_model(bytes(content[: len(content) // 2 if position == 30 else None]))


def test_a_model_packed_before_keeps_grey_existed_can_be_read() -> None:
    model = random_denoiser()
    header, _, body = pack_model(model).partition(b"\n")
    fields = json.loads(header)
    del fields["config"]["keeps_grey"]
    assert unpack_model(json.dumps(fields).encode() + b"\n" + body).config == SMALL_CONFIG
