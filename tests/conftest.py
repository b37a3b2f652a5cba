"""What holds for every test: hypothesis's profile, no silent skips where they are forbidden, and a small data set."""

import os
from collections.abc import Generator

os.environ.setdefault("MPLBACKEND", "Agg")

import pytest
import torch
from hypothesis import settings

from pochade.study.fashion_mnist import CLASSES, ImageSet, Split
from tests.support.learnt_collection import art, collection, learnt_art
from tests.support.postgres_server import database, postgres
from tests.support.short_cache import short_cache

__all__ = ["art", "collection", "database", "learnt_art", "postgres", "short_cache"]  # fixtures


NO_SKIPS = os.environ.get("POCHADE_NO_SKIPS") == "1"  # set where a browser, Postgres and every extra are installed
MACHINE_SKIPS = ("this disk takes no such name", "only Linux limits", "needs a GPU")  # no package changes these
settings.register_profile("pochade", deadline=None)  # a busy machine is no failure
settings.load_profile("pochade")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that skips itself where nothing may be skipped."""
    report = yield
    is_of_machine = any(reason in str(report.longrepr) for reason in MACHINE_SKIPS)
    if NO_SKIPS and report.skipped and not hasattr(report, "wasxfail") and not is_of_machine:
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fail a module that skips itself where nothing may be skipped."""
    report = yield
    if NO_SKIPS and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"
    return report


def draw_rectangles(count: int, seed: int) -> Split:
    """Draw grey rectangles on black, 28 x 28, with a place and a size for each of ten classes, jittered."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % len(CLASSES)
    images = torch.zeros(count, 1, 28, 28)
    for image, label in zip(images, labels.tolist(), strict=True):
        top, side, height, width = torch.randint(0, 4, (4,), generator=generator).tolist()
        grey = 0.4 + 0.6 * torch.rand(1, generator=generator)
        image[0, top + label : top + label + 8 + height, side + label : side + 2 * label + 6 + width] = grey
    return Split((images * 255).byte(), labels)


@pytest.fixture(scope="session")
def pictures() -> ImageSet:
    """A data set of 600 training and 200 test pictures in ten classes."""
    return ImageSet(draw_rectangles(600, seed=0), draw_rectangles(200, seed=1), CLASSES)


@pytest.fixture(scope="session", autouse=True)
def data_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """A data folder of the tests' own, so that they change nothing that the person's Pochade remembers."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield
