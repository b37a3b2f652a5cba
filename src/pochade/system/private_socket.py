"""Lets a command ask a process of the same person that runs already, through a socket that nobody else can open.

It is a Unix socket in a folder of the person's cache folder which only this person may enter: no other account can
connect to it or put another socket in its place, and no web browser can address it. Whoever asks must get by without an
answer. On systems without such sockets, nobody answers.

    the question, until its end     ->
                                    <-  one line, as soon as a process has read the question
                                    <-  the answer, until its end; nothing if the process has none
"""

import hashlib
import os
import secrets
import socket
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pochade.system.cache_folder import cache_folder

SOCKET_FOLDER = "sockets"
RECEIPT = b"read\n"  # the line that says that a process works on an answer
RECEIPT_SECONDS = 2.0  # for which one waits for that line: the process may be stopped
ANSWER_SECONDS = 60.0  # for which one waits for the next part of the answer
MAX_QUESTION_BYTES = 2**16
NAME_DIGITS = 24  # few, because the path of a socket has about a hundred bytes
HAS_SOCKETS = hasattr(socket, "AF_UNIX")
Answer = Callable[[bytes], bytes | None]


def socket_path(*facts: str) -> Path:
    """The socket for what two processes must agree on, such as a version and a folder.

    Args:
        facts: What they must agree on; other facts lead to another socket.
    """
    digest = hashlib.sha256(os.fsencode("\0".join(facts))).hexdigest()
    return cache_folder() / SOCKET_FOLDER / digest[:NAME_DIGITS]


def ask_process(path: Path, question: bytes) -> bytes | None:
    """Ask the process that answers at a socket.

    Args:
        path: The socket.
        question: The question.

    Returns:
        The answer, which is cut short if the process ended meanwhile; None if there is none.
    """
    if not (HAS_SOCKETS and is_private(path.parent)):
        return None
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(RECEIPT_SECONDS)
        connection.connect(os.fspath(path))
        connection.sendall(question)
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as answers:
            if answers.readline(len(RECEIPT)) == RECEIPT:
                connection.settimeout(ANSWER_SECONDS)
                return answers.read() or None
    return None


def is_private(folder: Path) -> bool:
    """Whether a folder is this person's, no link, and closed to everybody else."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    is_own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    return is_own and not status.st_mode & (stat.S_IRWXG | stat.S_IRWXO)


class PrivateSocket:
    """A socket at which this process answers until it is closed.

    It takes the place of a socket that another process left or still has: the last one answers.

    Args:
        path: The socket.
        answer: Returns the answer to a question, or None. Several threads may call it at once.

    Raises:
        OSError: The folder can't be made or is open to others, the path is too long, or there are no such sockets.
    """

    def __init__(self, path: Path, answer: Answer) -> None:
        self.path, self.answer = path, answer
        if not HAS_SOCKETS:
            raise OSError("this system has no such sockets")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not is_private(path.parent):
            raise OSError(f"'{path.parent}' is open to others")
        self.listener = socket.socket(socket.AF_UNIX)
        try:
            self.inode = _listen_at(self.listener, path)
        except BaseException:
            self.listener.close()
            raise
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Answer no more questions, and remove the socket, unless another process has taken its place."""
        with suppress(OSError):
            if self.path.lstat().st_ino == self.inode:
                self.path.unlink()
        with suppress(OSError):  # wakes the thread that waits for the next question
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _listen(self) -> None:
        with suppress(OSError):  # the socket was closed
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        """Answer one question."""
        with suppress(OSError), connection:
            connection.settimeout(RECEIPT_SECONDS)
            with connection.makefile("rb") as questions:
                question = questions.read(MAX_QUESTION_BYTES + 1)
            if len(question) <= MAX_QUESTION_BYTES:
                connection.sendall(RECEIPT)
                connection.settimeout(ANSWER_SECONDS)
                connection.sendall(self.answer(question) or b"")


def _listen_at(listener: socket.socket, path: Path) -> int:
    """Listen at a path, at which nobody ever finds a socket that does not listen yet; return the socket's inode."""
    temporary = path.with_name(secrets.token_hex(NAME_DIGITS // 2))
    try:
        listener.bind(os.fspath(temporary))
        temporary.chmod(stat.S_IRUSR | stat.S_IWUSR)
        listener.listen()
        inode = temporary.lstat().st_ino
        temporary.replace(path)
    finally:
        with suppress(OSError):  # it was renamed, or never made
            temporary.unlink()
    return inode
