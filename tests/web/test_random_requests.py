"""Requests with right and wrong values in every operation: the server answers each with a sentence and never fails."""

import sys
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.web_client import keys_by_path, state_of

LEFT_OUT = {"/api/events", "/api/folders/open"}  # which never ends, and which shows another folder from then on
TEXTS = st.text(max_size=20) | st.sampled_from(["0" * 16, "../x", "%00", "\x00", "scan-" + "0" * 16, "path", "-1"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(TEXTS, SCALARS | st.lists(SCALARS), max_size=3)


@pytest.mark.slow
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_requests_never_make_the_server_fail(private_client: TestClient, data: st.DataObject) -> None:
    client = private_client
    state_of(client).jobs.command = lambda: [sys.executable, "-c", ""]  # jobs do nothing
    schema = client.get("/api/openapi.json").json()
    keys = [*keys_by_path(client).values()]
    for path, methods in schema["paths"].items():
        if path in LEFT_OUT:
            continue
        for method, operation in methods.items():
            request = make_request(schema, operation, data, keys)
            url = path
            for name, value in request.pop("path").items():
                url = url.replace("{" + name + "}", value)
            response = client.request(method, url, **request)
            assert response.status_code < 500, (method, url, request)
            assert response.is_success or response.json()["error"]


def make_request(
    schema: dict[str, Any], operation: dict[str, Any], data: st.DataObject, keys: list[str]
) -> dict[str, Any]:
    """Make a request for an operation, with values that are valid or not."""
    request: dict[str, Any] = {"path": {}, "params": {}}
    for parameter in operation.get("parameters", []):
        is_in_path = parameter["in"] == "path"
        value = data.draw(st.sampled_from(keys) | TEXTS.map(quote) if is_in_path else TEXTS)
        request["path" if is_in_path else "params"][parameter["name"]] = value
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        request["json"] = data.draw(bodies(schema, content["application/json"]["schema"], keys) | VALUES)
    elif content:
        field = data.draw(st.sampled_from(["scan", "mask", "picture"]))
        request["files"] = {field: ("x.png", data.draw(st.binary(max_size=60)))}
    return request


def quote(text: str) -> str:
    """Encode a text as a part of a URL."""
    return "".join(f"%{byte:02x}" for byte in text.encode()) or "-"


def bodies(schema: dict[str, Any], part: dict[str, Any], keys: list[str]) -> st.SearchStrategy[Any]:
    """Return a strategy for JSON with the right names, and sometimes the right values."""
    if "$ref" in part:
        return bodies(schema, schema["components"]["schemas"][part["$ref"].rpartition("/")[2]], keys)
    if "oneOf" in part or "anyOf" in part:
        return st.one_of([bodies(schema, choice, keys) for choice in part.get("oneOf", part.get("anyOf", []))])
    if "const" in part or "enum" in part:
        return st.sampled_from(part.get("enum") or [part["const"]])
    if part.get("type") == "object" and "properties" in part:
        return st.fixed_dictionaries({name: bodies(schema, inner, keys) for name, inner in part["properties"].items()})
    if part.get("type") == "array":
        return st.lists(bodies(schema, part["items"], keys), max_size=2)
    scalars = {"integer": st.integers(-2, 300), "number": st.floats(0, 1), "boolean": st.booleans(), "null": st.none()}
    return scalars.get(part.get("type", ""), st.sampled_from(keys) | TEXTS)
