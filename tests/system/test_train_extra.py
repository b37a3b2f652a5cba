"""Training needs all its libraries."""

import pytest

from pochade.system import train_extra


def test_torch_alone_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    assert train_extra.can_train()
    monkeypatch.setattr(train_extra, "find_spec", lambda library: library if library == "torch" else None)
    assert not train_extra.can_train()
