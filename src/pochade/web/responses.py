"""HTTP responses: errors as JSON, and caching by ETag."""

import hashlib
import json
import logging
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from pochade import errors
from pochade.images.base.source import first_line

logger = logging.getLogger(__name__)
UNEXPECTED_STATE = 409  # an error that no request should meet, such as a full disk
LOG_HINT = "look at the terminal, or at 'server.log' beside the index, for more"
STATUS_BY_ERROR: dict[type[errors.PochadeError], int] = {  # the most specific class of an error counts
    errors.PochadeError: UNEXPECTED_STATE,
    errors.UsageError: 400,
    errors.NotKnown: 404,
    errors.NotAllowed: 403,
    errors.WorkUnfinished: 409,
    errors.FolderSwitched: 409,
    errors.DataMissing: 404,
    errors.CollectionMissing: 404,
    errors.PictureUnreadable: 422,
    errors.FormatUnknown: 415,
    errors.PictureTooLarge: 413,
    errors.FileUnreachable: 404,
}
CACHE_FOREVER = "private, max-age=31536000, immutable"
CACHE_REVALIDATE = "private, no-cache"


class ErrorOut(BaseModel):
    """What is wrong, in one sentence, and the next step."""

    error: str
    hint: str = ""
    kind: str = ""  # the name of the error's class, such as `CollectionMissing`; empty for an unforeseen error


ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {
    code: {"model": ErrorOut, "description": description}
    for code, description in {
        400: "the request is impossible or contradictory",
        401: "a password is needed",
        403: "the page may not do that",
        404: "there is no such thing, or nothing has been learnt yet",
        409: "it can't be done now: the index, a disk, another process or another folder is in the way",
        413: "the request or the picture is too large",
        415: "Pochade does not read this format",
        421: "the request is meant for another server",
        422: "the request is malformed, or the file can't be read as a picture",
        429: "too many wrong passwords",
    }.items()
}


def status_of(error: errors.PochadeError) -> int:
    """Return the HTTP status for an error."""
    return next(STATUS_BY_ERROR[kind] for kind in type(error).__mro__ if kind in STATUS_BY_ERROR)


def add_error_handlers(app: FastAPI) -> None:
    """Turn every exception into a response with a sentence and a hint."""

    def handle_pochade_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, errors.PochadeError)
        status = status_of(error)
        is_expected = isinstance(error, errors.UsageError) or status != UNEXPECTED_STATE
        level = logging.INFO if is_expected else logging.WARNING
        logger.log(level, "%s %s: %d, %s", request.method, request.url.path, status, error.sentence, exc_info=error)
        return error_response(status, error.sentence, error.hint, type(error).__name__)

    def handle_invalid_request(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0] if error.errors() else {}
        where = ".".join(map(str, first.get("loc", ())[1:])) or "the request"
        return error_response(422, f"{where}: {str(first.get('msg', 'is malformed')).lower()}")

    def handle_http_exception(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return error_response(error.status_code, str(error.detail), headers=error.headers)

    def handle_unexpected(request: Request, error: Exception) -> Response:
        logger.error("%s %s failed", request.method, request.url.path)  # the server logs the traceback
        return error_response(500, f"something went wrong: {first_line(error)}", LOG_HINT)

    app.add_exception_handler(errors.PochadeError, handle_pochade_error)
    app.add_exception_handler(RequestValidationError, handle_invalid_request)
    app.add_exception_handler(HTTPException, handle_http_exception)
    app.add_exception_handler(Exception, handle_unexpected)


def error_response(status: int, sentence: str, hint: str = "", kind: str = "", headers: Any = None) -> Response:
    """Return an error as JSON; characters that can't be encoded are replaced."""
    sentence, hint = (text.encode("utf-8", "replace").decode() for text in (sentence, hint))
    return JSONResponse(ErrorOut(error=sentence, hint=hint, kind=kind).model_dump(), status, headers)


def not_modified(request: Request, tag: str, caching: str) -> Response | None:
    """Return a 304 response if the browser has cached the content with this ETag, else None."""
    cached_tags = {text.strip().removeprefix("W/") for text in request.headers.get("if-none-match", "").split(",")}
    if not cached_tags.isdisjoint({f'"{tag}"', "*"}):
        return Response(status_code=304, headers=cache_headers(tag, caching))
    return None


def cache_headers(tag: str, caching: str) -> dict[str, str]:
    """Return the headers for content that a browser may cache."""
    return {"etag": f'"{tag}"', "cache-control": caching}


def json_response(request: Request, content: Any) -> Response:
    """Return JSON with an ETag, or a 304 response if the browser has cached it.

    Args:
        request: The request, whose headers list the ETags that the browser has cached.
        content: Encoded JSON as bytes, or anything that `json` can encode.
    """
    body = content if isinstance(content, bytes) else json.dumps(content, separators=(",", ":")).encode()
    tag = hashlib.sha256(body).hexdigest()[:32]
    return not_modified(request, tag, CACHE_REVALIDATE) or Response(
        body, media_type="application/json", headers=cache_headers(tag, CACHE_REVALIDATE)
    )
