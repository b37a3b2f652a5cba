"""Log-in for a server that other machines can reach: one password, sessions in memory, few wrong tries a minute."""

import secrets
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from math import inf

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pochade.errors import UsageError

SESSION_HOURS = 12
MIN_PASSWORD_LENGTH = 8
MAX_PASSWORD_LENGTH = 1024
MAX_WRONG_TRIES_PER_ADDRESS = 5  # in a minute
MAX_WRONG_TRIES_IN_TOTAL = 50  # in a minute, from all addresses together
MINUTE_SECONDS = 60.0
MAX_SESSIONS = 100
HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """Return the argon2 hash of a password.

    Raises:
        UsageError: The password is too short or too long.
    """
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        why = f"a password must have {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH:,} characters"
        raise UsageError(why, "choose another password")
    return HASHER.hash(password)


class Sessions:
    """The open sessions and the recent wrong passwords.

    Args:
        password: The argon2 hash of the password; None if no password is needed.
        clock: Returns the seconds since some fixed moment.
    """

    def __init__(self, password: str | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.password, self.clock, self.lock = password, clock, threading.Lock()
        # A browser shares the cookies of all servers of one host. The port does not tell these apart: containers and
        # tunnels give the same port inside to servers that a browser reaches at different ones.
        self.cookie_name = f"pochade-{secrets.token_hex(4)}"
        self.expiry: dict[str, float] = {}  # by token
        self.wrong_tries: dict[str, deque[float]] = defaultdict(deque)  # the moments of the tries, by address

    def is_open(self, token: str | None) -> bool:
        """Return whether a request with this session token may be answered."""
        if self.password is None:
            return True
        return token is not None and self.expiry.get(token, -inf) > self.clock()

    def is_any_open(self, tokens: Sequence[str]) -> bool:
        """Return whether a request with these session tokens may be answered."""
        return self.is_open(None) or any(self.is_open(token) for token in tokens)

    def seconds_to_wait(self, address: str) -> float:
        """Return how long an address must wait before it may try a password; 0 if it may try now."""
        now = self.clock()
        for moments in self.wrong_tries.values():
            while moments and moments[0] < now - MINUTE_SECONDS:
                moments.popleft()
        recent = {other_address: moments for other_address, moments in self.wrong_tries.items() if moments}
        self.wrong_tries = defaultdict(deque, recent)
        tries = self.wrong_tries[address]
        if len(tries) >= MAX_WRONG_TRIES_PER_ADDRESS:
            return tries[0] + MINUTE_SECONDS - now
        all_tries = sorted(moment for moments in self.wrong_tries.values() for moment in moments)
        return all_tries[0] + MINUTE_SECONDS - now if len(all_tries) >= MAX_WRONG_TRIES_IN_TOTAL else 0.0

    def log_in(self, password: str, address: str) -> tuple[str | None, float]:
        """Check a password, and open a session if it is right.

        Passwords are checked one at a time, because each check needs much memory.

        Returns:
            The session's token, or None; and the seconds to wait if there were too many wrong tries, else 0.
        """
        with self.lock:
            if wait_seconds := self.seconds_to_wait(address):
                return None, wait_seconds
            if not self._is_right(password):
                self.wrong_tries[address].append(self.clock())
                return None, 0.0
            now = self.clock()
            unexpired = sorted((expiry, token) for token, expiry in self.expiry.items() if expiry > now)
            self.expiry = {token: expiry for expiry, token in unexpired[-MAX_SESSIONS + 1 :]}
            token = secrets.token_urlsafe(32)
            self.expiry[token] = now + SESSION_HOURS * 3600
            return token, 0.0

    def log_out(self, tokens: Sequence[str]) -> None:
        """End sessions."""
        with self.lock:  # somebody who logs in at this moment replaces the dictionary
            for token in tokens:
                self.expiry.pop(token, None)

    def _is_right(self, password: str) -> bool:
        if self.password is None:
            return True
        try:
            return len(password) <= MAX_PASSWORD_LENGTH and HASHER.verify(self.password, password)
        except (VerificationError, InvalidHashError):
            return False
