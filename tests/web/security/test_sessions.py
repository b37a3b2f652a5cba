"""Sessions: how long they last, and how many wrong passwords are allowed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pochade.errors import UsageError
from pochade.web.security.sessions import MAX_WRONG_TRIES_IN_TOTAL, MAX_WRONG_TRIES_PER_ADDRESS, Sessions, hash_password
from tests.support.web_client import PASSWORD


@pytest.mark.slow
def test_a_session_expires_and_old_wrong_tries_are_forgotten() -> None:
    now = [0.0]
    sessions = Sessions(hash_password(PASSWORD), lambda: now[0])
    token, _ = sessions.log_in(PASSWORD, "address")
    assert sessions.is_open(token)
    for _ in range(MAX_WRONG_TRIES_PER_ADDRESS):
        sessions.log_in("", "address")
    assert sessions.log_in(PASSWORD, "address")[0] is None
    now[0] = 61.0
    assert sessions.log_in(PASSWORD, "address")[0]
    now[0] = 24 * 3600.0
    assert not sessions.is_open(token)


def test_passwords_cannot_be_guessed_quickly_from_many_addresses() -> None:
    sessions = Sessions("no hash at all", lambda: 1000.0)
    waits = [sessions.log_in("wrong", f"10.0.0.{number}")[1] for number in range(MAX_WRONG_TRIES_IN_TOTAL + 1)]
    assert waits[:-1] == [0.0] * MAX_WRONG_TRIES_IN_TOTAL
    assert waits[-1] > 0


def test_logging_out_waits_for_somebody_who_logs_in() -> None:
    sessions = Sessions(None)
    token, _ = sessions.log_in("", "address")
    assert token
    with sessions.lock, ThreadPoolExecutor() as threads:
        leaving = threads.submit(sessions.log_out, [token])
        sessions.expiry = dict(sessions.expiry)  # as `log_in` does with the lock
        assert not leaving.done()
        sessions.lock.release()
        leaving.result()
        sessions.lock.acquire()
    assert token not in sessions.expiry


def test_a_short_password_is_refused() -> None:
    with pytest.raises(UsageError, match="8 to"):
        hash_password("short")
