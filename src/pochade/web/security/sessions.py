"""Who may come in when the page is reachable from elsewhere: one password, sessions in memory, few tries."""

import secrets
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from math import inf

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pochade.errors import UsageError

COOKIE = "pochade"
HOURS = 12  # that a session lasts
SHORTEST = 8  # letters of a password
LONGEST = 1024
TRIES, MINUTE = 5, 60.0  # wrong ones from one address in so many seconds
ALL_TRIES = 50  # from all addresses together
MOST_SESSIONS = 100
HASHER = PasswordHasher()


def hashed(password: str) -> str:
    """What is kept of a password.

    Raises:
        UsageError: It is too short, or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"a password has {SHORTEST} to {LONGEST:,} letters")
    return HASHER.hash(password)


class Sessions:
    """Who came in.

    Args:
        password: Its argon2 hash; None lets everybody in.
        clock: Seconds, counted from anywhere.
    """

    def __init__(self, password: str | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.password, self.clock, self.lock = password, clock, threading.Lock()
        self.until: dict[str, float] = {}
        self.wrong: dict[str, deque[float]] = defaultdict(deque)

    def is_open(self, token: str | None) -> bool:
        """Whether somebody may come in."""
        if self.password is None:
            return True
        return token is not None and self.until.get(token, -inf) > self.clock()

    def seconds_to_wait(self, address: str) -> float:
        """Until the next try; 0 when it may be now."""
        now = self.clock()
        for tries in self.wrong.values():
            while tries and tries[0] < now - MINUTE:
                tries.popleft()
        self.wrong = defaultdict(deque, {one: tries for one, tries in self.wrong.items() if tries})
        own = self.wrong[address]
        if len(own) >= TRIES:
            return own[0] + MINUTE - now
        every = sorted(moment for tries in self.wrong.values() for moment in tries)
        return every[0] + MINUTE - now if len(every) >= ALL_TRIES else 0.0

    def enter(self, password: str, address: str) -> tuple[str | None, float]:
        """A session's token for the right password; else None, and the seconds to wait where tries are used up.

        One at a time: each look at a password takes its memory, and a hundred at once would take all there is.
        """
        with self.lock:
            if wait := self.seconds_to_wait(address):
                return None, wait
            if not self._is_right(password):
                self.wrong[address].append(self.clock())
                return None, 0.0
            now = self.clock()
            alive = sorted((until, token) for token, until in self.until.items() if until > now)
            self.until = {token: until for until, token in alive[-MOST_SESSIONS + 1 :]}
            token = secrets.token_urlsafe(32)
            self.until[token] = now + HOURS * 3600
            return token, 0.0

    def leave(self, token: str | None) -> None:
        """End a session."""
        self.until.pop(token or "", None)

    def _is_right(self, password: str) -> bool:
        try:
            return self.password is None or (len(password) <= LONGEST and HASHER.verify(self.password, password))
        except (VerificationError, InvalidHashError):
            return False
