"""Before anything is answered: who asks, for which name, from which page, how much is sent; and what browsers are told.

- Host: a stranger's page that gives its own name our address (DNS rebinding) asks for that name, and is refused.
- Origin and Sec-Fetch-Site: another page's form, script or picture is refused.
- A session, where there is a password.
- Bytes: no body is longer than what its place may take.
"""

import ipaddress
import json
import socket
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pochade.web.security.sessions import COOKIE, Sessions
from pochade.web.server_settings import LOOPBACK, ServerSettings

SMALL = 2**23  # bytes that a body may have: a hundred thousand keys
LARGE = {"/api/find": 2**26, "/api/scans": 2**28}  # but where files are sent; below these paths, too
OUR_OWN = {"same-origin", "none"}  # Sec-Fetch-Site: `none` is a person who typed the address
FREE = "/api/session"  # may be asked without a session
POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob: data:", "font-src 'self'",
        "connect-src 'self'", "worker-src 'self'", "manifest-src 'self'", "base-uri 'none'", "form-action 'self'",
        "frame-ancestors 'none'",
    )
)  # fmt: skip
TOLD = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class SecurityMiddleware:
    """The outermost part of the server.

    Args:
        app: What is behind.
        settings: Of the server.
        sessions: Who came in.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings, sessions: Sessions) -> None:
        self.app, self.sessions, self.is_local = app, sessions, settings.is_local
        self.names = own_names(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # there are no web sockets here
            return
        headers, path = Headers(scope=scope), scope["path"]
        refused = self.refusal(headers, path, scope["method"], scope["scheme"])
        if refused:
            await refuse(send, *refused)
            return
        await self.app(scope, bounded(receive, most_bytes(path)), with_headers(send))

    def refusal(self, headers: Headers, path: str, method: str, scheme: str) -> tuple[int, str, str] | None:
        """Status, sentence and hint for what is not let through."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self.is_own(host):
            return 421, f"this server is not '{host[:100]}'", "open the address that 'pochade open' printed"
        if origin not in {None, f"{scheme}://{host}", f"https://{host}"}:  # the last of a proxy before us
            return 403, "another page may not ask this server", ""
        is_api = path == "/api" or path.startswith("/api/")
        safe = method in {"GET", "HEAD"}
        if (is_api or not safe) and headers.get("sec-fetch-site", "none") not in OUR_OWN:
            return 403, "another page may not ask this server", ""
        if is_api and path != FREE and not self.sessions.is_open(token_in(headers)):
            return 401, "this needs the password", "send it to /api/session"
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > most_bytes(path):
            return 413, f"that is too much: {most_bytes(path):,} bytes are allowed here", ""
        return None

    def is_own(self, host: str) -> bool:
        """Whether a request is meant for us.

        From elsewhere we may be called by any number, which no stranger's name server can give away, or by this
        machine's own names.
        """
        name = without_port(host).lower()
        if name in self.names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return not self.is_local


def own_names(settings: ServerSettings) -> set[str]:
    """The names by which a server may be called."""
    if settings.is_local:
        return set(LOOPBACK)
    here = socket.gethostname().lower()
    return {*LOOPBACK, settings.host.lower(), here, f"{here.split('.')[0]}.local"}


def without_port(host: str) -> str:
    """The name in a Host header; an IPv6 address without its brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and ":" in host else host


def token_in(headers: Headers) -> str | None:
    """The session that a browser tells."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return found.value if found else None


def most_bytes(path: str) -> int:
    """How long a body may be there."""
    return next((most for start, most in LARGE.items() if path == start or path.startswith(start + "/")), SMALL)


def bounded(receive: Receive, most: int) -> Receive:
    """The same body, but for one that goes on after `most` bytes, whatever its length was said to be."""
    taken = 0

    async def received() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise HTTPException(413, f"that is too much: {most:,} bytes are allowed here")
        return message

    return received


def with_headers(send: Send) -> Send:
    """The same answer, with what browsers are to be told."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in TOLD.items():
                headers[name] = value
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return sent


async def refuse(send: Send, status: int, sentence: str, hint: str) -> None:
    """An answer from the door, without reading what was sent."""
    body = json.dumps({"error": sentence, "hint": hint}).encode()
    headers = {**TOLD, "content-type": "application/json", "content-length": str(len(body)), "connection": "close"}
    await send({"type": "http.response.start", "status": status, "headers": raw(headers.items())})
    await send({"type": "http.response.body", "body": body})


def raw(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Headers as they travel."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
