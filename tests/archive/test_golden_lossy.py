"""A golden archive of lossy pictures lists, verifies and decodes for ever."""

import io
import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.extractor import extract
from pochade.images.codecs.lossy import read_original
from pochade.images.codecs.quality_meter import QualityMeter
from pochade.images.io.read import read_picture
from tests.support.command_line import run_command
from tests.support.paintings import washes
from tests.support.picture_files import Array

GOLDEN = Path(__file__).parents[1] / "golden" / "pictures.pochade"


HIGH, MEDIUM = ("glaze.bmp", "line.png"), ("soft.png", "grey.png", "sticker.png")


def originals() -> dict[str, Array]:
    """The pictures by name: paintings, one with alpha, one grey, and a line drawing that stays lossless."""
    y, x = np.mgrid[:40, :48]
    line = np.where((x + y) % 12 < 3, 20, 255).astype(np.uint8)
    round_ = (400 - (x - 24) ** 2 - (y - 20) ** 2).clip(0, 255).astype(np.uint8)
    return {
        "glaze.bmp": washes(48, 56, 4),
        "soft.png": washes(40, 64, 4),
        "grey.png": washes(64, 48, 3)[..., 1],
        "sticker.png": np.dstack([washes(40, 48, 6), round_]),
        "line.png": line,
    }


def make(home: Path, target: Path) -> None:
    """Write the golden archive and its JSON; this was run once."""
    for fidelity, names in (("high", HIGH), ("medium", MEDIUM)):
        (home / fidelity).mkdir()
        for name in names:
            (home / fidelity / name).write_bytes(original_file(name))
        compress(home / fidelity, target, fidelity)
    GOLDEN.with_suffix(".json").write_text(json.dumps(describe(target), indent=1), encoding="utf-8")


def original_file(name: str) -> bytes:
    """The file of an original."""
    file = io.BytesIO()
    Image.fromarray(originals()[name]).save(file, Path(name).suffix[1:])
    return file.getvalue()


def describe(path: Path) -> dict[str, list[object]]:
    """Fidelity, codec, score, and the SHA-256 of the decoded file, by path."""
    with open_archive(path) as archive:
        return {
            file.path: [file.fidelity, file.codec, file.score, sha256(archive.read(file)).hexdigest()]
            for file in archive
        }


def test_the_golden_archive_decodes_to_the_same_files() -> None:
    expected = json.loads(GOLDEN.with_suffix(".json").read_text(encoding="utf-8"))
    assert {codec for _, codec, _, _ in expected.values()} == {"avif", "jpeg-xl-lossy", "webp-lossy", "jpeg-xl"}
    with open_archive(GOLDEN) as archive:
        assert archive.verify() == []
    assert describe(GOLDEN) == expected


def test_the_golden_archive_is_listed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["list", str(GOLDEN), "--json"], monkeypatch) == 0
    assert {row["path"]: row["comes_back_as"] for row in json.loads(capsys.readouterr().out)} == {
        "glaze.bmp": "glaze.bmp.avif",
        "grey.png": "grey.png.webp",
        "line.png": "line.png",
        "soft.png": "soft.png.jxl",
        "sticker.png": "sticker.png.webp",
    }


def test_decoded_pictures_still_have_their_scores(tmp_path: Path) -> None:
    with open_archive(GOLDEN) as archive:
        extract(archive, tmp_path)
        np.testing.assert_array_equal(read_picture(tmp_path / "line.png").pixels[..., 0], originals()["line.png"])
        for file in archive:
            if file.score is not None:
                original = read_original(original_file(file.path))
                assert original is not None
                assert QualityMeter(original).score(archive.read(file)) == pytest.approx(file.score, abs=0.5)
