"""The HTTP status of each error."""

from pochade import errors
from pochade.web.responses import STATUS_BY_ERROR, status_of


def test_every_error_has_a_status() -> None:
    assert {status_of(kind("why")) for kind in STATUS_BY_ERROR} <= {400, 403, 404, 409, 413, 415, 422}
    assert status_of(errors.PictureDamaged("why")) == 422
    assert status_of(errors.IndexDamaged("why")) == 409
    assert status_of(errors.NotPrepared("why")) == 409
