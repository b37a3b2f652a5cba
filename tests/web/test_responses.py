"""The HTTP status of each error."""

from pathlib import Path

from pochade import errors
from pochade.web.responses import STATUS_BY_ERROR, status_of
from tests.support.web_client import serve


def test_every_error_has_a_status() -> None:
    assert {status_of(kind("why")) for kind in STATUS_BY_ERROR} <= {400, 403, 404, 409, 413, 415, 422}
    assert status_of(errors.PictureDamaged("why")) == 422
    assert status_of(errors.IndexDamaged("why")) == 409
    assert status_of(errors.NotPrepared("why")) == 409


def test_an_error_names_its_kind_so_that_the_page_can_offer_the_next_step(tmp_path: Path) -> None:
    with serve(tmp_path) as client:
        answer = client.get("/api/pieces")
    assert (answer.status_code, answer.json()["kind"]) == (404, "CollectionMissing")
