"""Search by a drawing and by colours over HTTP."""

import pytest
from fastapi.testclient import TestClient
from PIL import Image, ImageFilter

from tests.support.drawings import drawing
from tests.support.web_client import png_bytes


def upload(image: Image.Image) -> dict[str, tuple[str, bytes]]:
    """An upload of a drawing."""
    return {"drawing": ("drawing.png", png_bytes(image))}


def test_a_rough_drawing_finds_its_picture_and_everything_else_follows(client: TestClient) -> None:
    rough = drawing(4).filter(ImageFilter.GaussianBlur(6))
    found = client.post("/api/draw", files=upload(rough)).json()
    assert found["paths"][0] == "drawing 4.png"
    assert found["total"] == len(found["keys"]) == len(set(found["keys"])) == 15
    assert dict(zip(found["paths"], found["files"], strict=True))["copy of 0.png"] == 2


def test_colours_alone_sort_the_pictures_and_k_limits_them(client: TestClient) -> None:
    reds = client.post("/api/draw", params={"colours": ["d02020:70", "ffffff"], "k": 4}).json()
    greens = client.post("/api/draw", params={"colours": "20c040", "k": 4}).json()
    assert (len(reds["keys"]), reds["total"]) == (4, 15)
    assert reds["keys"] != greens["keys"]


def test_without_a_drawing_and_colours_all_pictures_come(client: TestClient) -> None:
    assert client.post("/api/draw").json()["total"] == 15
    assert len(client.post("/api/draw", params={"colours": "20c040:0"}).json()["keys"]) == 15


@pytest.mark.parametrize("colours", ["red", "#20c040", "20c040:1000", "20C040"])
def test_a_colour_that_is_none_is_refused(client: TestClient, colours: str) -> None:
    assert client.post("/api/draw", params={"colours": colours}).status_code == 422


def test_a_drawing_that_is_no_picture_is_refused_in_a_sentence(client: TestClient) -> None:
    response = client.post("/api/draw", files={"drawing": ("a.png", b"hello, this is a text")})
    assert response.status_code == 415
    assert response.json()["error"]


def test_nine_colours_are_too_many(client: TestClient) -> None:
    assert client.post("/api/draw", params={"colours": ["20c040"] * 9}).status_code == 422
