"""Without torch, pictures are embedded with the shipped models, and the person is told once what the extra adds."""

from pathlib import Path

import pytest

from pochade import Collection
from pochade.embedding.embedder import shipped_embedder
from pochade.learn import finetune, learn_folder
from tests.support.drawings import folder_of_art

pytestmark = pytest.mark.slow


@pytest.fixture
def art(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of so many pictures that training would help, on a machine without torch."""
    monkeypatch.setattr(learn_folder, "can_train", lambda: False)
    monkeypatch.setattr(finetune, "MIN_PICTURES_BY_DEFAULT", 20)
    return folder_of_art(tmp_path / "art", 20)


def test_the_person_is_told_once_what_the_extra_adds(art: Path) -> None:
    with Collection.open(art) as collection:
        first, again = collection.learn(), collection.learn()
        assert first.new == 20
        assert first.training is None
        assert first.untrained is not None
        assert "pip install 'pochade[train]'" in first.untrained
        assert again.untrained is None
        assert collection.models.embedder.name == shipped_embedder().name


def test_who_asks_for_training_is_told_each_time(art: Path) -> None:
    with Collection.open(art) as collection:
        assert all(collection.learn(minutes=1).untrained for _ in range(2))


def test_who_wants_no_training_is_told_nothing(art: Path) -> None:
    with Collection.open(art) as collection:
        assert collection.learn(minutes=0).untrained is None
