"""Who may look at the folders of this machine, and open another one: only the person who sits at it.

Everybody else sees the one collection that the server was started for. So the server must listen on this machine only,
and the request must come from it, not through a proxy.
"""

import ipaddress

from fastapi import Request

from pochade.errors import NotAllowed
from pochade.web.server_settings import ServerSettings

PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
START_HINT = "start Pochade on the machine that has the folder, without --host"


def is_local_person(request: Request, settings: ServerSettings) -> bool:
    """Tell whether a request, whose host, origin and session are right, comes from the person at this machine."""
    is_forwarded = any(name in request.headers for name in PROXY_HEADERS)
    return settings.is_local and not is_forwarded and _is_loopback(request.client.host if request.client else "")


def check_local_person(request: Request, settings: ServerSettings) -> None:
    """Refuse a request that does not come from the person at this machine.

    Raises:
        NotAllowed: It comes from elsewhere, or may do so.
    """
    if not is_local_person(request, settings):
        raise NotAllowed("folders can be chosen only on the machine that Pochade runs on", START_HINT)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
