"""`pochade worker`, and `pochade learn --cluster`."""

import signal
from pathlib import Path

import pytest

from pochade.cli.worker_command import take_end_as_interrupt
from tests.support.command_line import RunCommand
from tests.support.drawings import folder_of_art
from tests.support.postgres_server import PostgresServer


def test_a_cluster_needs_an_index_in_postgres(pochade: RunCommand, art: Path) -> None:
    for words in (["worker", art], ["learn", art, "--cluster", "none"]):
        result = pochade(*words)
        assert (result.code, result.output) == (2, "")
        assert "error: a cluster needs an index in Postgres" in result.messages
        assert "hint: give it before the verb: pochade --index postgresql+psycopg://" in result.messages


@pytest.mark.slow
def test_a_word_that_is_no_cluster_is_refused(pochade: RunCommand, database: str, tmp_path: Path) -> None:
    result = pochade("--index", database, "learn", folder_of_art(tmp_path / "art", 1), "--cluster", "slurm")
    assert (result.code, result.output) == (2, "")
    assert "error: 'slurm' is no cluster" in result.messages


@pytest.mark.slow
def test_learn_prints_the_same_as_on_one_machine(pochade: RunCommand, database: str, tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art", 4)
    words = ["--minutes", "0", "--json"]
    alone = pochade("--index", tmp_path / "alone", "learn", art, *words)
    together = pochade("--index", database, "learn", art, "--cluster", "none", *words)
    assert (together.code, together.data) == (0, alone.data)


@pytest.mark.slow
def test_a_wrong_password_is_one_sentence(pochade: RunCommand, postgres: PostgresServer, tmp_path: Path) -> None:
    postgres.execute("postgres", "CREATE ROLE person LOGIN PASSWORD 'right'")
    url = f"postgresql+psycopg://person:wrong@127.0.0.1:{postgres.port}/postgres"
    result = pochade("--index", url, "learn", folder_of_art(tmp_path / "art", 1), "--cluster", "none")
    assert result.code == 2
    error, _, hint = result.messages.splitlines()
    assert error.startswith("error: the index's database refuses the password: ")
    assert hint == "hint: check the user in the URL, and give the password in PGPASSWORD or in the file ~/.pgpass"


def test_a_system_that_ends_a_worker_interrupts_it() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), take_end_as_interrupt():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) == before
