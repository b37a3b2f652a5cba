"""The interface as the page's types rest on it: `python -m tests.interface` writes `frontend/openapi.json` anew."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from pochade.web.app import application
from pochade.web.server_settings import ServerSettings

WRITTEN = Path(__file__).parents[2] / "frontend" / "openapi.json"


def described() -> str:
    """What the server says of itself."""
    with TemporaryDirectory() as folder:
        app = application(ServerSettings(Path(folder)))
        words = json.dumps(app.openapi(), indent=1, sort_keys=True)
        app.state.desk.close()
    return words + "\n"


if __name__ == "__main__":
    WRITTEN.write_text(described(), encoding="utf-8")
