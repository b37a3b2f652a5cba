"""Checks every request before the app sees it, and adds security headers to every response.

- Host: a hostile page can point its own domain at our address (DNS rebinding). Its requests name that domain and are
  refused.
- Origin and Sec-Fetch-Site: forms, scripts and images of other pages are refused.
- Session: needed for the API if there is a password.
- Size: no body may be longer than its path allows.
"""

import ipaddress
import json
import re
import socket
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pochade.web.security.sessions import Sessions
from pochade.web.server_settings import LOOPBACK, ServerSettings

MAX_BODY_BYTES = 2**23  # enough for a hundred thousand keys
MAX_UPLOAD_BYTES = {"/api/find": 2**26, "/api/scans": 2**28}  # paths that take files, and all paths below them
ALLOWED_FETCH_SITES = {"same-origin", "none"}  # "none": a person typed the address
SESSION_PATH = "/api/session"  # may be requested without a session
HOST_HEADER = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:/\\@\s]+))(?::[0-9]{0,5})?")
OPEN_HINT = "open the address that 'pochade open' printed"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob: data:", "font-src 'self'",
        "connect-src 'self'", "worker-src 'self'", "manifest-src 'self'", "base-uri 'none'", "form-action 'self'",
        "frame-ancestors 'none'",
    )
)  # fmt: skip
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class SecurityMiddleware:
    """The outermost ASGI layer.

    Args:
        app: The app behind it.
        settings: The server's settings.
        sessions: The open sessions.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings, sessions: Sessions) -> None:
        self.app, self.sessions, self.is_local = app, sessions, settings.is_local
        self.host_names = _host_names(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # the app has no web sockets
            return
        headers, path = Headers(scope=scope), scope["path"]
        refusal = self._find_refusal(headers, path, scope["method"], scope["scheme"])
        if refusal:
            await _refuse(send, *refusal)
            return
        await self.app(scope, _limit_body(receive, max_body_bytes(path)), _add_headers(send))

    def _find_refusal(self, headers: Headers, path: str, method: str, scheme: str) -> tuple[int, str, str] | None:
        """Return status, sentence and hint if the request must be refused, else None."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._is_own_host(host):
            return 421, f"this server is not '{host[:100]}'", OPEN_HINT
        if origin not in {None, f"{scheme}://{host}", f"https://{host}"}:  # https: a proxy in front of this server
            return 403, "another page may not ask this server", OPEN_HINT
        is_api = path == "/api" or path.startswith("/api/")
        is_read_only = method in {"GET", "HEAD"}
        if (is_api or not is_read_only) and headers.get("sec-fetch-site", "none") not in ALLOWED_FETCH_SITES:
            return 403, "another page may not ask this server", OPEN_HINT
        if (
            is_api
            and path != SESSION_PATH
            and not self.sessions.is_any_open(session_tokens(headers, self.sessions.cookie_name))
        ):
            return 401, "this server needs the password", "log in, or send the password to /api/session"
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > max_body_bytes(path):
            return 413, f"that is too much: {max_body_bytes(path):,} bytes are allowed here", "send less at once"
        return None

    def _is_own_host(self, host: str) -> bool:
        """Return whether a Host header names this server.

        A server that other machines can reach accepts any IP address, because DNS rebinding needs a name, and the
        names of this machine.
        """
        name = without_port(host).lower()
        if name in self.host_names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return not self.is_local


def _host_names(settings: ServerSettings) -> set[str]:
    if settings.is_local:
        return set(LOOPBACK)
    machine = socket.gethostname().lower()
    return {*LOOPBACK, settings.host.lower(), machine, f"{machine.split('.')[0]}.local"}


def without_port(host: str) -> str:
    """Return a Host header without its port, and an IPv6 address without its brackets; empty if it is malformed."""
    parts = HOST_HEADER.fullmatch(host)
    if parts is None or not parts["address"]:
        return parts["name"] if parts else ""
    try:
        return str(ipaddress.IPv6Address(parts["address"]))
    except ValueError:
        return ""


def session_tokens(headers: Headers, cookie_name: str) -> list[str]:
    """Return every session token in a request's cookies; cookies of other servers on this machine may be malformed."""
    chunks = ";".join(headers.getlist("cookie")).split(";")
    cookies = (cookie_parser(chunk) for chunk in chunks)  # one at a time: a browser may send two of the same name
    return [cookie[cookie_name] for cookie in cookies if cookie_name in cookie]


def max_body_bytes(path: str) -> int:
    """Return how many bytes the body of a request for a path may have."""
    limits = (limit for start, limit in MAX_UPLOAD_BYTES.items() if path == start or path.startswith(start + "/"))
    return next(limits, MAX_BODY_BYTES)


def _limit_body(receive: Receive, max_bytes: int) -> Receive:
    """Wrap `receive` so that a body of more than `max_bytes` raises 413, whatever its Content-Length says."""
    received_bytes = 0

    async def limited_receive() -> Message:
        nonlocal received_bytes
        message = await receive()
        received_bytes += len(message.get("body", b""))
        if received_bytes > max_bytes:
            raise HTTPException(413, f"that is too much: {max_bytes:,} bytes are allowed here")
        return message

    return limited_receive


def _add_headers(send: Send) -> Send:
    """Wrap `send` so that every response gets the security headers."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers[name] = value
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return send_with_headers


async def _refuse(send: Send, status: int, sentence: str, hint: str) -> None:
    """Send an error without reading the request's body."""
    body = json.dumps({"error": sentence, "hint": hint}).encode()
    headers = {
        **SECURITY_HEADERS,
        "content-type": "application/json",
        "content-length": str(len(body)),
        "connection": "close",
    }
    await send({"type": "http.response.start", "status": status, "headers": _encode_headers(headers.items())})
    await send({"type": "http.response.body", "body": body})


def _encode_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
