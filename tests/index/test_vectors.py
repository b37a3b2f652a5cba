"""Damaged vector files are refused."""

from pathlib import Path

import numpy as np
import pytest

from pochade import Collection
from pochade.errors import IndexDamaged
from pochade.index.vectors import VectorFile, trim_rows
from tests.support.drawings import drawing


def test_a_file_that_is_cut_short_is_refused(learnt_folder: Path) -> None:
    path = next((learnt_folder / ".pochade").glob("looks-*.f32"))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(IndexDamaged, match="is cut short: it covers 3 of 12 pictures"):
        Collection.open(learnt_folder).find(drawing(0))


def test_vectors_of_another_model_are_refused(learnt_folder: Path) -> None:
    path = next((learnt_folder / ".pochade").glob("looks-*.f32"))
    path.write_bytes(b'{"format": "pochade-vectors-1", "net": "other"}\n'.ljust(4096, b"\0") + path.read_bytes()[4096:])
    with pytest.raises(IndexDamaged, match="missing, damaged or from another collection"):
        Collection.open(learnt_folder).find(drawing(0))


def test_trimming_cuts_off_the_last_rows_only(tmp_path: Path) -> None:
    rows = np.arange(12, dtype=np.float32).reshape(4, 3)
    file = VectorFile(tmp_path / "rows.f32", "rows", np.float32, 3, create=True)
    file.write(0, rows)
    file.trim(5)
    assert file.count() == 4
    file.trim(2)
    assert np.array_equal(file.rows(file.count()), rows[:2])


def test_any_file_of_vectors_can_be_trimmed_and_a_damaged_one_stays(tmp_path: Path) -> None:
    rows = np.arange(12, dtype=np.float32).reshape(4, 3)
    file = VectorFile(tmp_path / "rows.f32", "rows", np.float32, 3, create=True)
    file.write(0, rows)
    for count in (9, 2):
        trim_rows(file.path, count)
    assert np.array_equal(file.rows(file.count()), rows[:2])
    (tmp_path / "damaged.f32").write_bytes(b"{}" * 9000)
    trim_rows(tmp_path / "damaged.f32", 0)
    assert (tmp_path / "damaged.f32").stat().st_size == 18_000


def test_a_file_that_was_removed_meanwhile_is_missing_and_no_crash(tmp_path: Path) -> None:
    file = VectorFile(tmp_path / "vectors.f32", "model", np.float32, 4, create=True)
    file.write(0, np.ones((2, 4), np.float32))
    file.path.unlink()
    assert file.count() == 0
    with pytest.raises(IndexDamaged, match="it covers 0 of 2 pictures"):
        file.rows(2)
