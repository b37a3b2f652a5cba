"""Learnt collections, and clients of servers over them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pochade import Collection
from pochade.system.progress import ignore_progress
from pochade.web.jobs.job_tasks import run_task
from pochade.web.security.sessions import hash_password
from tests.support.drawings import drawing, folder_of_art
from tests.support.web_client import PASSWORD, learnt_folder_of_art, serve


@pytest.fixture(scope="session")
def learnt_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection with families, groups and a map."""
    folder = learnt_folder_of_art(tmp_path_factory.mktemp("web") / "art")
    task = {"folder": str(folder), "index": None, "keep": None, "anew": False}
    for kind in ("families", "groups", "map"):
        run_task(task | {"kind": kind}, ignore_progress)
    return folder


@pytest.fixture(scope="session")
def client(learnt_folder: Path) -> Iterator[TestClient]:
    """A client of a server over the collection. Tests must change nothing."""
    with serve(learnt_folder) as client:
        yield client


@pytest.fixture
def editable_folder(learnt_folder: Path, tmp_path: Path) -> Path:
    """A copy of the collection, which a test may change."""
    return Path(shutil.copytree(learnt_folder, tmp_path / "art", copy_function=shutil.copy2))


@pytest.fixture
def editable_client(editable_folder: Path) -> Iterator[TestClient]:
    """A client of a server over the copy."""
    with serve(editable_folder) as client:
        yield client


@pytest.fixture(scope="session")
def private_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learnt collection, a secret file beside it, and a link in it that leads to the secret."""
    root = tmp_path_factory.mktemp("private")
    drawing(50).save(root / "secret.png")
    folder = folder_of_art(root / "art", 4)
    (folder / "link.png").symlink_to(root / "secret.png")
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
    return folder


@pytest.fixture(scope="session")
def private_client(private_folder: Path) -> Iterator[TestClient]:
    """A client of a server that only this machine can reach."""
    with serve(private_folder) as client:
        yield client


@pytest.fixture(scope="session")
def guarded_client(private_folder: Path) -> Iterator[TestClient]:
    """A client of a server that other machines can reach, with a password."""
    with serve(private_folder, host="0.0.0.0", password=hash_password(PASSWORD)) as client:
        yield client
