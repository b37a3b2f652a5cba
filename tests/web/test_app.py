"""The assembled server."""

import subprocess
import sys


def test_the_library_does_not_load_the_server() -> None:
    code = "import sys, pochade, pochade.cli; from pochade import Collection; sys.exit('fastapi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
