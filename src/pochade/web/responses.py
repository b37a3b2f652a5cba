"""How errors become answers, and how an answer is known again by its ETag."""

import hashlib
import json
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from pochade import errors
from pochade.images.base.source import first_line

STATUS: dict[type[errors.PochadeError], int] = {  # the most particular one counts
    errors.PochadeError: 409,
    errors.UsageError: 400,
    errors.NotKnown: 404,
    errors.NotAllowed: 403,
    errors.DataMissing: 404,
    errors.CollectionMissing: 404,
    errors.PictureUnreadable: 422,
    errors.FormatUnknown: 415,
    errors.PictureTooLarge: 413,
    errors.FileUnreachable: 404,
}
FOREVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"


class Problem(BaseModel):
    """What is wrong, in a sentence, and what to do next."""

    error: str
    hint: str = ""


REFUSALS: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem, "description": words}
    for code, words in {
        400: "it asks for something impossible or contradictory",
        401: "a password is needed",
        403: "the page may not do that",
        404: "there is no such thing, or nothing has been learnt yet",
        409: "it can't be done now: the index, a disk or another process is in the way",
        413: "it is too much",
        415: "no format of pictures that is read",
        421: "another server is meant",
        422: "the request isn't well formed, or the file gives no picture",
        429: "too many tries",
    }.items()
}


def status_of(error: errors.PochadeError) -> int:
    """The status that fits."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def put_errors(app: FastAPI) -> None:
    """Let every error become a sentence and a hint."""

    def ours(_request: Request, error: Exception) -> Response:
        assert isinstance(error, errors.PochadeError)
        return said(status_of(error), error.sentence, error.hint)

    def malformed(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0] if error.errors() else {}
        where = ".".join(map(str, first.get("loc", ())[1:])) or "the request"
        return said(422, f"{where}: {str(first.get('msg', 'is malformed')).lower()}")

    def plain(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return said(error.status_code, str(error.detail), headers=error.headers)

    def unforeseen(_request: Request, error: Exception) -> Response:
        return said(500, f"something went wrong: {first_line(error)}", "the terminal has more")

    app.add_exception_handler(errors.PochadeError, ours)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(Exception, unforeseen)


def said(status: int, sentence: str, hint: str = "", headers: Any = None) -> Response:
    """An error as an answer; what can't be encoded in it is replaced."""
    clean = [words.encode("utf-8", "replace").decode() for words in (sentence, hint)]
    return JSONResponse(Problem(error=clean[0], hint=clean[1]).model_dump(), status, headers)


def known_again(request: Request, tag: str, caching: str) -> Response | None:
    """An answer without content, where the browser has this one already."""
    tags = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if f'"{tag}"' in tags or "*" in tags:
        return Response(status_code=304, headers=cached(tag, caching))
    return None


def cached(tag: str, caching: str) -> dict[str, str]:
    """Headers for what may be kept."""
    return {"etag": f'"{tag}"', "cache-control": caching}


def tagged(request: Request, content: Any) -> Response:
    """JSON with an ETag: asked again, an answer that is still the same costs no bytes."""
    body = content if isinstance(content, bytes) else json.dumps(content, separators=(",", ":")).encode()
    tag = hashlib.sha256(body).hexdigest()[:32]
    return known_again(request, tag, ASK_AGAIN) or Response(
        body, media_type="application/json", headers=cached(tag, ASK_AGAIN)
    )
