"""An archive of pictures that lost something, made once, lists, verifies and gives them back for ever."""

import io
import json
from hashlib import sha256, shake_256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.extractor import extract
from pochade.images.codecs.lossy import QualityJudge, original_in
from pochade.images.io.read import read_picture
from tests.cli.test_study import run
from tests.support.picture_files import Array

GOLDEN = Path(__file__).parents[2] / "golden" / "pictures.pochade"
HIGH, MEDIUM = ("glaze.bmp", "line.png"), ("soft.png", "grey.png", "sticker.png")


def washes(height: int, width: int, grain: int) -> Array:
    """Soft colours that cross each other, and grain on them, (H, W, 3), by whole numbers: the same everywhere."""
    y, x = np.mgrid[:height, :width]
    soft = np.stack([40 + x * 2 + y, 200 - (x - 30) ** 2 // 12, 60 + (y * y + 3 * x) // 20], axis=-1)
    chance = np.frombuffer(shake_256(b"grain").digest(2 * soft.size), np.uint8).astype(int)
    rough = chance.reshape(2, *soft.shape).sum(0)
    return (soft + (rough - 255) * grain // 255).clip(0, 255).astype(np.uint8)


def originals() -> dict[str, Array]:
    """The pictures by their names: paintings, one with alpha, one grey, and a line drawing, which loses nothing."""
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
    """The archive, in two runs; how it was made once, and what its JSON says of it."""
    for fidelity, some in (("high", HIGH), ("medium", MEDIUM)):
        (home / fidelity).mkdir()
        for name in some:
            (home / fidelity / name).write_bytes(file_of(name))
        compress(home / fidelity, target, fidelity)
    GOLDEN.with_suffix(".json").write_text(json.dumps(said_of(target), indent=1), encoding="utf-8")


def file_of(name: str) -> bytes:
    """An original."""
    file = io.BytesIO()
    Image.fromarray(originals()[name]).save(file, Path(name).suffix[1:])
    return file.getvalue()


def said_of(path: Path) -> dict[str, list[object]]:
    """Of each piece its fidelity, coder, score, and the SHA-256 of what comes back."""
    with open_archive(path) as archive:
        return {
            piece.path: [piece.fidelity, piece.coder, piece.score, sha256(archive.read(piece)).hexdigest()]
            for piece in archive
        }


def test_it_holds_what_was_put_into_it() -> None:
    wanted = json.loads(GOLDEN.with_suffix(".json").read_text(encoding="utf-8"))
    assert {coder for _, coder, _, _ in wanted.values()} == {"avif", "jpeg-xl-lossy", "webp-lossy", "jpeg-xl"}
    with open_archive(GOLDEN) as archive:
        assert archive.verify() == []
    assert said_of(GOLDEN) == wanted


def test_it_lists(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", str(GOLDEN), "--json"], monkeypatch) == 0
    assert {one["path"]: one["comes_back_as"] for one in json.loads(capsys.readouterr().out)} == {
        "glaze.bmp": "glaze.bmp.avif",
        "grey.png": "grey.png.webp",
        "line.png": "line.png",
        "soft.png": "soft.png.jxl",
        "sticker.png": "sticker.png.webp",
    }


def test_what_comes_back_still_looks_as_it_was_measured(tmp_path: Path) -> None:
    with open_archive(GOLDEN) as archive:
        extract(archive, tmp_path)
        np.testing.assert_array_equal(read_picture(tmp_path / "line.png").pixels[..., 0], originals()["line.png"])
        for piece in archive:
            if piece.score is not None:
                original = original_in(file_of(piece.path))
                assert original is not None
                assert QualityJudge(original).score(archive.read(piece)) == pytest.approx(piece.score, abs=0.5)
