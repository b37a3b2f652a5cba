"""What a person decides when the page is opened."""

from dataclasses import dataclass
from pathlib import Path

LOOPBACK = ("127.0.0.1", "localhost", "::1")
RESULTS = " - results"  # after the collection's name: beside it, so that `learn` does not find them


@dataclass(frozen=True)
class ServerSettings:
    """Of one server.

    Args:
        folder: The collection; nothing outside is ever served.
        index: As `Collection.open` takes it.
        results: The only folder that results are written to; beside the collection when it isn't given.
        host: The address to listen at.
        port: The port; 0 for any that is free.
        password: What a visitor must know, as its argon2 hash; None asks nobody.
    """

    folder: Path
    index: str | None = None
    results: Path | None = None
    host: str = LOOPBACK[0]
    port: int = 8765
    password: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in LOOPBACK

    @property
    def own_results(self) -> Path:
        """The folder for results."""
        folder = self.folder.absolute()
        return self.results or folder.with_name(folder.name + RESULTS)
