"""Schemathesis requests everything that the API's own description allows, and much that it doesn't."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from schemathesis import Case, GenerationMode

from pochade import Collection
from tests.support.openapi import OPENAPI_FILE
from tests.support.web_client import BASE_URL, keys_by_path, learnt_folder_of_art, serve

pytestmark = pytest.mark.slow

ENDLESS_PATH = "/api/events"  # its response lasts as long as the connection
EXAMPLES_PER_OPERATION = 10  # besides those that try every limit of the description once
SWITCHING_PATH = "/api/folders/open"  # would show another folder to all later requests
api = schemathesis.openapi.from_path(OPENAPI_FILE).exclude(path=[ENDLESS_PATH, SWITCHING_PATH])


@pytest.fixture(scope="module")
def fuzzed_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a server over a small collection with groups and a map, which tests may change."""
    folder = learnt_folder_of_art(Path(tmp_path_factory.mktemp("fuzz")) / "art", 6)
    with Collection.open(folder) as collection:
        collection.groups()
        collection.map()
    with serve(folder) as client:
        yield client


@pytest.fixture(scope="module")
def existing_parameters(fuzzed_client: TestClient) -> dict[str, object]:
    """Values for path parameters that exist on the server."""
    groups = fuzzed_client.get("/api/groups").json()["groups"]
    return {"key": min(keys_by_path(fuzzed_client).values()), "number": groups[0]["number"]}


@api.parametrize()
@settings(max_examples=EXAMPLES_PER_OPERATION, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_request_makes_the_server_fail(
    case: Case[Any], fuzzed_client: TestClient, existing_parameters: dict[str, object]
) -> None:
    if case.meta and case.meta.generation.mode is GenerationMode.POSITIVE:
        case.path_parameters.update(
            {name: existing_parameters[name] for name in case.path_parameters if name in existing_parameters}
        )
    request = case.as_transport_kwargs(base_url=BASE_URL)
    del request["cookies"]  # the client sends its own
    if isinstance(request.get("data"), bytes):
        request["content"] = request.pop("data")  # the client's name for a body that is no form
    response = fuzzed_client.request(**request)
    assert response.status_code < 500, (request, response.text)
