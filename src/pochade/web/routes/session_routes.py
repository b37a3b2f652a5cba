"""Coming in, where the server asks for a password."""

from math import ceil

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from pochade.web.app_state import TheDesk
from pochade.web.security.security_middleware import token_in
from pochade.web.security.sessions import COOKIE, HOURS, LONGEST

routes = APIRouter(tags=["session"])


class Session(BaseModel):
    """Whether a password is asked for, and whether this browser has given it."""

    password_needed: bool
    is_open: bool


class Password(BaseModel):
    """What the person who opened the page decided."""

    password: str = Field(max_length=LONGEST)


@routes.get("/session")
def session(request: Request, desk: TheDesk) -> Session:
    """Whether to ask for a password."""
    is_open = desk.sessions.is_open(token_in(request.headers))
    return Session(password_needed=desk.sessions.password is not None, is_open=is_open)


@routes.post("/session", status_code=204)
def enter(request: Request, given: Password, desk: TheDesk) -> Response:
    """Come in: sets a cookie for twelve hours. Five wrong tries a minute are answered, no more."""
    address = request.client.host if request.client else ""
    token, wait = desk.sessions.enter(given.password, address)
    if wait:
        raise HTTPException(429, "too many tries", {"retry-after": str(ceil(wait))})
    if token is None:
        raise HTTPException(401, "that is not the password")
    answer = Response(status_code=204)
    secure = request.headers.get("origin", str(request.url)).startswith("https:")  # also by a proxy before us
    answer.set_cookie(COOKIE, token, max_age=HOURS * 3600, httponly=True, samesite="strict", secure=secure)
    return answer


@routes.delete("/session", status_code=204)
def leave(request: Request, desk: TheDesk) -> Response:
    """Go out."""
    desk.sessions.leave(token_in(request.headers))
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer
