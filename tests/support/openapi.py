"""The description of the HTTP API that the page's types are made from.

`python -m tests.support.openapi` writes it to `frontend/openapi.json`.
"""

import json
from pathlib import Path

from pochade.web.app import create_app
from pochade.web.server_settings import ServerSettings

OPENAPI_FILE = Path(__file__).parents[2] / "frontend" / "openapi.json"


def openapi_json() -> str:
    """Return the server's OpenAPI description as formatted JSON."""
    app = create_app(ServerSettings(None))
    return json.dumps(app.openapi(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    OPENAPI_FILE.write_text(openapi_json(), encoding="utf-8")
