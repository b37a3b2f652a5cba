"""An archive includes a model once and only where that pays_off off, and a damaged model is repaired."""

import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from pochade.archive import archive_writer
from pochade.archive.archive_plan import ArchivePlan, PlannedContent
from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.container.embedded_models import model_entry, with_repair_record
from pochade.archive.container.manifest_records import MODEL, Entry
from pochade.archive.container.partial_archive import PartialArchive
from pochade.archive.model_choice import MIN_COLLECTION_FACTOR, choose_model, drop_losing_variants
from pochade.errors import ArchiveDamaged, OutputUnwritable
from pochade.index.index_home import server_home
from pochade.models.artifact_remover import shipped_artifact_remover
from pochade.models.packed_weights import pack_model
from pochade.models.weights import AVIF_FILE
from tests.support.denoisers import random_denoiser
from tests.support.paintings import painting, save_png

pytestmark = pytest.mark.slow


def add_variant(part: PartialArchive, letter: str, size: int, model: str | None) -> None:
    """Add an entry of zeros for a content, with or without a model."""
    content = bytes(size)
    part.add(
        Entry(
            f"pieces/{letter}{'-2' if model else ''}.avif", size, zlib.crc32(content),
            "avif-restored" if model else "avif", "picture", 9999, letter * 64, "PNG", "medium", model=model,
            conditioning=(40,) if model else None, shape=(8, 8, 3, 8) if model else None,
        ),
        [content],
    )  # fmt: skip


@pytest.mark.parametrize("pays_off", [True, False])
def test_the_model_is_included_only_where_the_archive_is_smaller_with_it(tmp_path: Path, pays_off: bool) -> None:
    model = random_denoiser()
    packed = pack_model(model)
    name = model_entry(packed).original_sha256[:16]
    saved_bytes = len(with_repair_record(packed)) + 2000 if pays_off else 500
    with PartialArchive(tmp_path / "x.pochade") as part:
        for letter in "ab":
            add_variant(part, letter, 60_000, None)
            add_variant(part, letter, 60_000 - saved_bytes, name)
        drop_losing_variants(part, packed)
        codecs = [entry.codec for entry in part.entries]
    assert codecs.count(MODEL) == pays_off
    assert codecs.count("avif-restored") == 2 * pays_off
    assert codecs.count("avif") == 2 * (not pays_off)
    with PartialArchive(tmp_path / "x.pochade") as part:  # as after a kill at this moment
        part.resume(lambda _entry: True)
        assert sorted(entry.codec for entry in part.entries) == sorted(codecs)


@pytest.mark.parametrize("fidelity", ["medium", "lossless"])
def test_a_file_with_the_bytes_of_the_model_is_archived_like_others(
    restored_archive: Path, tmp_path: Path, fidelity: str
) -> None:
    (tmp_path / "art" / "a.net").write_bytes(shipped_artifact_remover().content)
    compress(tmp_path / "art", restored_archive, fidelity)
    with open_archive(restored_archive) as archive:
        assert archive.verify() == []
        assert {file.path: archive.read(file) for file in archive}["a.net"] == shipped_artifact_remover().content


def test_adding_keeps_using_the_model_of_the_archive(restored_archive: Path, tmp_path: Path) -> None:
    (tmp_path / "art" / "new.png").write_bytes(save_png(painting(190, 200)))
    with open_archive(restored_archive) as archive:
        before = {entry.original_sha256 for entry in archive.models()}
    compress(tmp_path / "art", restored_archive, "medium")
    with open_archive(restored_archive) as archive:
        assert {entry.original_sha256 for entry in archive.models()} == before
        assert archive.verify() == []
        assert len(archive) == 3


def test_a_flipped_bit_in_the_model_costs_nothing_and_is_repaired_by_adding(
    restored_archive: Path, tmp_path: Path
) -> None:
    with open_archive(restored_archive) as archive:
        entry_of_model = archive.models()[0]
        offset = archive.content_range(entry_of_model).start + entry_of_model.bytes // 3
        reads = [archive.read(file) for file in archive]
    content = bytearray(restored_archive.read_bytes())
    content[offset] ^= 4
    restored_archive.write_bytes(content)
    with open_archive(restored_archive) as archive:
        damages = archive.verify()
        assert len(damages) == 1
        assert damages[0].lost_files == ()
        assert [archive.read(file) for file in archive] == reads
    compress(tmp_path / "art", restored_archive, "medium")
    with open_archive(restored_archive) as archive:
        assert archive.verify() == []


def test_a_lost_model_costs_the_files_that_depend_on_it(restored_archive: Path) -> None:
    with open_archive(restored_archive) as archive:
        entry_of_model = archive.models()[0]
        offset = archive.content_range(entry_of_model).start
        dependent = {file.path for file in archive if file.entry.model}
    content = bytearray(restored_archive.read_bytes())
    content[offset : offset + entry_of_model.bytes] = bytes(entry_of_model.bytes)
    restored_archive.write_bytes(content)
    with open_archive(restored_archive) as archive:
        assert set(archive.verify()[0].lost_files) == dependent
        with pytest.raises(ArchiveDamaged):
            archive.read(next(file for file in archive if file.entry.model))
    originals = restored_archive.parent / "art"
    compress(originals, restored_archive, "medium")  # encodes them again
    with open_archive(restored_archive) as archive:
        assert archive.verify() == []
        assert len(archive) == 2


def test_a_model_on_which_nothing_depends_is_removed(restored_archive: Path, tmp_path: Path) -> None:
    compress(tmp_path / "art", restored_archive, "lossless")
    with open_archive(restored_archive) as archive:
        assert archive.models() == []
        assert {file.fidelity for file in archive} == {"lossless"}


def test_an_interrupted_run_with_another_model_is_not_resumed(restored_archive: Path, tmp_path: Path) -> None:
    with open_archive(restored_archive) as archive:
        foreign_entry = replace(next(file.entry for file in archive if file.entry.model), model="0" * 16)
        content = archive.content_range(foreign_entry).content()
    restored_archive.unlink()
    with PartialArchive(restored_archive) as part:
        part.add(foreign_entry, [content])
    compress(tmp_path / "art", restored_archive, "medium")
    with open_archive(restored_archive) as archive:
        assert archive.verify() == []
        assert "0" * 16 not in {file.entry.model for file in archive}


def test_an_archive_without_the_model_that_it_needs_is_not_finished(restored_archive: Path, tmp_path: Path) -> None:
    with open_archive(restored_archive) as archive:
        without_model = [
            (entry, archive.content_range(entry).content())
            for entry in archive.manifest.entries
            if entry.codec != MODEL
        ]
        manifest = replace(archive.manifest, entries=[entry for entry, _ in without_model])
    with PartialArchive(tmp_path / "without_model.pochade") as part:
        for entry, content in without_model:
            part.add(entry, [content])
        with pytest.raises(OutputUnwritable):
            part.finish(manifest)
    assert not (tmp_path / "without_model.pochade").exists()


def test_a_model_that_was_fine_tuned_for_a_servers_index_is_chosen(tmp_path: Path) -> None:
    home = server_home(tmp_path, "postgresql://host/art")
    home.mkdir(parents=True)
    packed = pack_model(random_denoiser())
    (home / AVIF_FILE).write_bytes(packed)
    contents = {"0" * 64: PlannedContent("0" * 64, MIN_COLLECTION_FACTOR * len(packed), [])}
    assert choose_model("medium", None, ArchivePlan(tmp_path / "old", contents, [], {})) == packed


def test_the_fine_tuned_model_of_an_index_that_is_kept_elsewhere_is_chosen(tmp_path: Path) -> None:
    packed = pack_model(random_denoiser())
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / AVIF_FILE).write_bytes(packed)
    contents = {"0" * 64: PlannedContent("0" * 64, MIN_COLLECTION_FACTOR * len(packed), [])}
    plan = ArchivePlan(tmp_path / "art", contents, [], {})
    assert choose_model("medium", None, plan, tmp_path / "elsewhere") == packed
    assert choose_model("medium", None, plan) != packed


def test_compress_looks_where_the_index_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "a.txt").write_bytes(b"text")
    places = list[Path | None]()

    def choose(_fidelity: str, _old: object, _plan: object, index: Path | None) -> None:
        places.append(index)

    monkeypatch.setattr(archive_writer, "choose_model", choose)
    for index in (None, tmp_path / "elsewhere", "postgresql://host/art"):
        compress(tmp_path / "art", tmp_path / f"{len(places)}.pochade", index=index)
    assert places == [None, tmp_path / "elsewhere", None]
