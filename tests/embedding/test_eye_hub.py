"""Fetching a model from a hub on this machine: what would come is said first, and what has come never comes again."""

import errno
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest
from huggingface_hub import constants

from pochade.embedding.eye_hub import describe_download, download_eye, find_in_cache
from pochade.embedding.eye_model import EyeModel
from pochade.embedding.eye_source import EyeSource
from pochade.errors import CheckpointDamaged, DataMissing, OutputUnwritable, UsageError
from pochade.system.progress import Progress, ignore_progress
from tests.support.model_hub import COMMIT, REPOSITORY, SmallHub, open_hub
from tests.support.small_eyes import save_vit

SOURCE = EyeSource(REPOSITORY, None, REPOSITORY)
PINNED = EyeSource("tiny", None, REPOSITORY, COMMIT)


@pytest.fixture
def hub(siglip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallHub]:
    """A hub with a tiny SigLIP, and files that nobody needs."""
    folder = Path(copytree(siglip, tmp_path / "model"))
    for name in ("pytorch_model.bin", "open_clip_model.safetensors", "training.log"):
        (folder / name).write_bytes(b"not needed" * 1000)
    with open_hub(folder, tmp_path / "cache", monkeypatch) as opened:
        yield opened


def test_the_offer_says_what_would_be_fetched_and_fetches_nothing(hub: SmallHub, tmp_path: Path) -> None:
    offer = describe_download(SOURCE)
    assert [name for name, _ in offer.files] == [
        "README.md", "config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json",
        "model.safetensors",
    ]  # fmt: skip
    assert offer.bytes == sum((hub.folder / name).stat().st_size for name, _ in offer.files)
    assert (offer.licence, offer.cache) == ("mit", tmp_path / "cache")
    assert hub.fetched() == []
    assert not (tmp_path / "cache").exists()


def test_what_was_fetched_is_used_from_then_on_without_the_hub(hub: SmallHub) -> None:
    shown = list[Progress]()
    assert find_in_cache(PINNED) is None
    folder = download_eye(describe_download(SOURCE), shown.append)
    assert hub.fetched() == [name for name, _ in describe_download(SOURCE).files]
    assert {progress.stage for progress in shown} == {"downloading megabytes"}
    hub.requests.clear()
    for source in (PINNED, SOURCE):
        assert find_in_cache(source) == folder
    EyeModel(folder).embed_words("owl")
    assert hub.requests == []


def test_a_download_that_is_cut_off_is_one_sentence_and_continues(hub: SmallHub) -> None:
    offer, hub.cut_after = describe_download(SOURCE), 30_000
    with pytest.raises(DataMissing, match="could not be fetched from the hub") as caught:
        download_eye(offer, ignore_progress)
    assert "the same command again" in caught.value.hint
    assert find_in_cache(SOURCE) is None
    hub.cut_after = None
    hub.requests.clear()
    download_eye(offer, ignore_progress)
    assert hub.fetched() == ["model.safetensors"], "the weights come last, so a model with weights is whole"


@pytest.mark.usefixtures("hub")
def test_an_unknown_model_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="the hub has no model 'tiny/other'"):
        describe_download(SOURCE._replace(repository="tiny/other"))


def test_a_model_behind_terms_says_where_they_are(hub: SmallHub) -> None:
    hub.is_gated = True
    with pytest.raises(UsageError, match="to those who agree to its terms") as caught:
        describe_download(SOURCE)
    assert f"huggingface.co/{REPOSITORY}" in caught.value.hint


@pytest.mark.usefixtures("hub")
def test_without_a_network_the_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(DataMissing, match="could not be fetched from the hub: the connection failed"):
        describe_download(SOURCE)


def test_offline_nothing_is_asked(hub: SmallHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(DataMissing, match="HF_HUB_OFFLINE forbids to fetch it"):
        describe_download(SOURCE)
    assert hub.requests == []


def test_a_model_of_another_family_is_refused_before_anything_is_fetched(hub: SmallHub) -> None:
    save_vit(hub.folder)
    with pytest.raises(UsageError, match="is of the family 'vit'"):
        describe_download(SOURCE)
    assert hub.fetched() == []


def test_a_model_without_safetensors_is_refused(hub: SmallHub) -> None:
    (hub.folder / "model.safetensors").unlink()
    with pytest.raises(CheckpointDamaged, match=r"has no model.safetensors; weights in other forms are pickles"):
        describe_download(SOURCE)


def test_weights_in_several_files_are_fetched_all(hub: SmallHub) -> None:
    (hub.folder / "model.safetensors").unlink()
    names = ["model.safetensors.index.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    for name in names:
        (hub.folder / name).write_bytes(b"{}")
    assert [name for name, _ in describe_download(SOURCE).files if name.startswith("model")] == names


def test_a_model_in_the_cache_that_lacks_a_file_is_fetched_again(hub: SmallHub) -> None:
    folder = download_eye(describe_download(PINNED), ignore_progress)
    (folder.path / "tokenizer.json").unlink()
    assert find_in_cache(PINNED) is None
    hub.requests.clear()
    download_eye(describe_download(PINNED), ignore_progress)
    assert find_in_cache(PINNED) == folder


@pytest.mark.usefixtures("hub")
def test_a_cache_that_can_not_be_written_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "file"))
    with pytest.raises(OutputUnwritable, match="could not be written") as caught:
        download_eye(describe_download(SOURCE), ignore_progress)
    assert "HF_HOME" in caught.value.hint


@pytest.mark.usefixtures("hub")
def test_a_full_disk_is_no_broken_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    offer = describe_download(SOURCE)

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("huggingface_hub.hf_hub_download", fail)
    with pytest.raises(OutputUnwritable, match="the cache of the hub could not be written: No space left"):
        download_eye(offer, ignore_progress)


def test_without_room_on_the_disk_nothing_is_fetched(hub: SmallHub) -> None:
    offer = replace(describe_download(SOURCE), files=(("model.safetensors", 10**18),))
    with pytest.raises(OutputUnwritable, match=r"has room for .* GB, and the model takes 1000000000.0 GB"):
        download_eye(offer, ignore_progress)
    assert hub.fetched() == []
