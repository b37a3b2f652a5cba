"""Ray starts the workers; it may lose any of them, and nobody else can use it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from pochade import Collection
from pochade.cluster.claim_writer import NEW
from pochade.cluster.cluster_address import ClusterAddress
from pochade.cluster.ray_workers import RayWorkers
from pochade.errors import PochadeError, UsageError
from pochade.index.claim_store import count_claims, prepare_claims
from pochade.index.database import Index
from tests.support.drawings import folder_of_art
from tests.support.index_contents import index_contents
from tests.support.ray_nodes import end_group, two_ray_nodes

pytestmark = pytest.mark.slow

COUNT = 120
PAUSE_SECONDS = 0.05


def ray_processes(learner: psutil.Process, title: str = "") -> Iterator[psutil.Process]:
    """The processes below a learner whose command begins like that."""
    for process in learner.children(recursive=True):
        with suppress(psutil.Error):
            if " ".join(process.cmdline()).startswith(title):
                yield process


def wait_for_some_results(index: Index, learner: subprocess.Popen[bytes]) -> None:
    """Wait until workers have stored something, and not everything."""
    while learner.poll() is None:
        with suppress(PochadeError):  # the tables are not there yet
            if count_claims(index).get(NEW):
                return
        time.sleep(PAUSE_SECONDS)
    pytest.fail("the run ended before a worker was seen")


def listening_addresses(learner: psutil.Process) -> set[str]:
    """The addresses on which a learner and everything that it started can be reached from a network."""
    addresses = set[str]()
    for process in (learner, *ray_processes(learner)):
        with suppress(psutil.Error):
            for connection in process.net_connections("inet"):
                if connection.status == psutil.CONN_LISTEN:
                    addresses.add(connection.laddr.ip)
    return addresses


def test_ray_loses_a_worker_and_the_index_equals_that_of_one_machine(database: str, tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art", COUNT)
    words = ["--index", database, "learn", str(art), "--minutes", "0", "--cluster", "local:2", "--json"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    index = Index(database)
    prepare_claims(index)
    with subprocess.Popen(
        [sys.executable, "-m", "pochade", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as learner:
        wait_for_some_results(index, learner)
        process = psutil.Process(learner.pid)
        assert listening_addresses(process) <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
        victim = next(ray_processes(process, "ray::RayWorker"))
        victim.kill()
        output, messages = learner.communicate()
    index.close()
    assert learner.returncode == 0, messages
    result = json.loads(output)
    assert (result["new"], result["problems"], result["cluster"]) == (COUNT, [], None)
    assert b"Traceback" not in messages
    with Collection.open(art, index=tmp_path / "alone") as alone, Collection.open(art, index=database) as together:
        alone.learn(minutes=0)
        assert index_contents(together) == index_contents(alone)


@pytest.mark.full
def test_a_cluster_of_ray_loses_a_node_and_the_index_equals_that_of_one_machine(database: str, tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art", COUNT)
    with Collection.open(art, index=tmp_path / "alone") as alone, Collection.open(art, index=database) as together:
        alone.learn(minutes=0)
        prepare_claims(together.library.create_index())
        with two_ray_nodes(tmp_path) as nodes:
            words = ["--index", database, "learn", str(art), "--minutes", "0", "--cluster", nodes.url, "--json"]
            with subprocess.Popen(
                [sys.executable, "-m", "pochade", *words], stdout=subprocess.PIPE, env=nodes.environment
            ) as learner:
                wait_for_some_results(together.index, learner)
                end_group(nodes.node)
                result = json.loads(learner.communicate()[0])
        assert (result["new"], result["problems"], result["cluster"]) == (COUNT, [], None)
        assert index_contents(together) == index_contents(alone)


def test_without_ray_the_command_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match="a cluster of workers needs Ray") as caught:
        RayWorkers(ClusterAddress(url="ray://127.0.0.1:1"), [])
    assert "pip install 'pochade[cluster]'" in caught.value.hint
