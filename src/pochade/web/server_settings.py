"""The choices of the person who starts the server."""

from dataclasses import dataclass
from pathlib import Path

LOOPBACK = ("127.0.0.1", "localhost", "::1")
RESULTS_SUFFIX = " - results"  # of a folder beside the collection, not in it: `learn` must not read the results


@dataclass(frozen=True)
class ServerSettings:
    """The settings of one server.

    Args:
        folder: The collection. No picture outside of it is ever served. None: the person chooses it on the page.
        index: Another place for the index (see `Collection.open`); None for the default place.
        results: The only folder that results are written to; by default a sibling of the collection.
        host: The address to listen on.
        port: The port; 0 for any free port.
        password: The argon2 hash of the password; None if no password is needed.
    """

    folder: Path | None
    index: str | None = None
    results: Path | None = None
    host: str = LOOPBACK[0]
    port: int = 8765
    password: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK

    @property
    def results_folder(self) -> Path:
        """The folder for results, default included."""
        assert self.folder is not None
        folder = self.folder.absolute()
        return self.results or folder.with_name(folder.name + RESULTS_SUFFIX)
