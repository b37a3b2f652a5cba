"""A model in an archive survives damage, and is small enough to be included."""

import pytest

from pochade.archive.container.embedded_models import extract_model, model_entry, with_repair_record
from pochade.errors import ArchiveDamaged
from pochade.models import weights
from pochade.models.artifact_remover import shipped_artifact_remover
from pochade.models.packed_weights import pack_model
from tests.support.denoisers import random_denoiser


def test_any_damaged_block_of_a_model_is_repaired() -> None:
    model = random_denoiser()
    packed = pack_model(model)
    entry, content = model_entry(packed), with_repair_record(packed)
    for offset in range(0, len(content), 97):
        damaged = bytearray(content)
        damaged[offset] ^= 1 << offset % 8
        assert extract_model(entry, bytes(damaged)) == packed
    with pytest.raises(ArchiveDamaged):
        extract_model(entry, bytes(len(content)))


@pytest.mark.parametrize("file", [weights.AVIF_FILE, weights.PREVIEW_FILE])
def test_a_shipped_model_takes_at_most_600_kilobytes(file: str) -> None:
    assert len(with_repair_record(shipped_artifact_remover(file).content)) <= 600_000
