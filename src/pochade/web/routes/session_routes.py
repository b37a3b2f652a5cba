"""Logging in and out of a server that needs a password."""

from math import ceil
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from pochade.web.security.security_middleware import session_tokens
from pochade.web.security.sessions import MAX_PASSWORD_LENGTH, SESSION_HOURS, Sessions

routes = APIRouter(tags=["session"])
TOO_MANY_TRIES = "too many wrong passwords: wait a minute, then try again"


class SessionOut(BaseModel):
    """Whether the server needs a password, and whether this browser has an open session."""

    password_needed: bool
    is_open: bool


class PasswordIn(BaseModel):
    """The password that was chosen when the server was started."""

    password: str = Field(max_length=MAX_PASSWORD_LENGTH)


def open_sessions(request: Request) -> Sessions:
    """Return the sessions of the server, which outlast a switch to another folder."""
    sessions: Sessions = request.app.state.sessions
    return sessions


SessionsDependency = Annotated[Sessions, Depends(open_sessions)]


@routes.get("/session")
def get_session(request: Request, sessions: SessionsDependency) -> SessionOut:
    """Tell whether to ask for a password."""
    is_open = sessions.is_any_open(session_tokens(request.headers, sessions.cookie_name))
    return SessionOut(password_needed=sessions.password is not None, is_open=is_open)


@routes.post("/session", status_code=204)
def log_in(request: Request, body: PasswordIn, sessions: SessionsDependency) -> Response:
    """Open a session of twelve hours and set its cookie. At most five wrong passwords a minute are checked."""
    address = request.client.host if request.client else ""
    token, wait_seconds = sessions.log_in(body.password, address)
    if wait_seconds:
        raise HTTPException(429, TOO_MANY_TRIES, {"retry-after": str(ceil(wait_seconds))})
    if token is None:
        raise HTTPException(401, "the password is wrong")
    response = Response(status_code=204)
    secure = request.headers.get("origin", str(request.url)).startswith("https:")  # true also behind an HTTPS proxy
    response.set_cookie(
        sessions.cookie_name,
        token,
        max_age=SESSION_HOURS * 3600,
        httponly=True,
        samesite="strict",
        secure=secure,
    )
    return response


@routes.delete("/session", status_code=204)
def log_out(request: Request, sessions: SessionsDependency) -> Response:
    """End the session and remove its cookie."""
    sessions.log_out(session_tokens(request.headers, sessions.cookie_name))
    response = Response(status_code=204)
    response.delete_cookie(sessions.cookie_name, httponly=True, samesite="strict")
    return response
