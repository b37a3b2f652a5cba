"""Whatever the interface's own description allows, and much that it doesn't, is asked: the server never fails."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from schemathesis import Case, GenerationMode

from pochade import Collection
from tests.support.openapi import WRITTEN
from tests.support.web_client import HERE, keys_by_path, learnt_art, served

ENDLESS = "/api/events"  # it answers for as long as somebody listens
EXAMPLES = 10  # besides those that try every limit of the description once
interface = schemathesis.openapi.from_path(WRITTEN).exclude(path=ENDLESS)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server over a small collection that was put in order; what a test starts ends with it."""
    art = learnt_art(Path(tmp_path_factory.mktemp("fuzz")) / "art", 6)
    with Collection.open(art) as collection:
        collection.groups()
        collection.map()
    with served(art) as client:
        yield client


@pytest.fixture(scope="module")
def known(client: TestClient) -> dict[str, object]:
    """What a path may name and the server has."""
    groups = client.get("/api/groups").json()["groups"]
    return {"key": min(keys_by_path(client).values()), "number": groups[0]["number"]}


@interface.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_nothing_that_is_asked_makes_the_server_fail(
    case: Case[Any], client: TestClient, known: dict[str, object]
) -> None:
    if case.meta and case.meta.generation.mode is GenerationMode.POSITIVE:
        case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
    wanted = case.as_transport_kwargs(base_url=HERE)
    del wanted["cookies"]  # the client's own are kept
    if isinstance(wanted.get("data"), bytes):
        wanted["content"] = wanted.pop("data")  # what is no form has another name here
    answer = client.request(**wanted)
    assert answer.status_code < 500, (wanted, answer.text)
