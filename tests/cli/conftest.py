"""What the tests of the commands share: a learnt folder, and a way to run commands."""

import shutil
from pathlib import Path

import pytest

from tests.support.command_line import CommandResult, RunCommand, run_command
from tests.support.drawings import drawing, folder_of_art
from tests.support.generator import LinearGenerator
from tests.support.picture_files import encode_with_pillow, rgb_image

DRAWINGS = 22


@pytest.fixture(scope="session")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learnt folder of 22 drawings, a small copy of the third, and a broken file; don't change it."""
    folder = folder_of_art(tmp_path_factory.mktemp("cli") / "art", DRAWINGS)
    drawing(2).resize((100, 100)).save(folder / "small copy.jpg")
    (folder / "broken.png").write_bytes((folder / "drawing 0.png").read_bytes()[:40])
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert run_command(["learn", folder, "--minutes", "0"], monkeypatch) == 0
    return folder


@pytest.fixture
def pochade(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunCommand:
    """Run a command and return its exit code, its output and its messages."""

    def run(*words: object) -> CommandResult:
        capsys.readouterr()
        code = run_command(words, monkeypatch)
        return CommandResult(code, *capsys.readouterr())

    return run


@pytest.fixture
def linear_generator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Generate pictures by a small linear model, in an empty current folder."""
    generator = LinearGenerator([drawing(seed) for seed in range(DRAWINGS)], latent_dim=8)
    monkeypatch.setattr("pochade.create.generation_context.generator_in_use", lambda _: generator)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def archive_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two pictures, one of them in two files; don't change it."""
    folder = tmp_path_factory.mktemp("art")
    (folder / "photo.jpg").write_bytes(encode_with_pillow(rgb_image().resize((200, 120)), "JPEG"))
    (folder / "paint.bmp").write_bytes(encode_with_pillow(rgb_image(), "BMP"))
    (folder / "copy.bmp").write_bytes(encode_with_pillow(rgb_image(), "BMP"))
    return folder


@pytest.fixture(scope="session")
def archive(archive_folder: Path) -> Path:
    """An archive of the folder, made by the command; don't change it."""
    target = archive_folder.with_name("art.pochade")
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert run_command(["compress", str(archive_folder), "--to", str(target)], monkeypatch) == 0
    return target


@pytest.fixture
def labelled_art(art: Path, tmp_path: Path, pochade: RunCommand) -> Path:
    """A copy of the learnt folder in which two pictures have a label and one does not."""
    copy = Path(shutil.copytree(art, tmp_path / "copy"))
    examples = [copy / "drawing 0.png", copy / "drawing 4.png", "--not", copy / "drawing 6.png"]
    assert pochade("-C", copy, "teach", "shapes", *examples).code == 0
    return copy
