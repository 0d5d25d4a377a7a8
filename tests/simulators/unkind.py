"""A server that answers every request with whatever bytes a test gives it, at whatever pace."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Bytes = Iterable[bytes | float]
"""What is sent, piece by piece; a number is a pause in seconds."""


@dataclass
class Unkind:
    """The server, and the requests that it has seen: ``GET /path``."""

    answer: Callable[[str], Bytes]
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def serve(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            while asked := _request(connection):
                self.asked.append(asked)
                for piece in self.answer(asked):
                    if isinstance(piece, float):
                        time.sleep(piece)
                    else:
                        connection.sendall(piece)


@contextmanager
def running(answer: Callable[[str], Bytes]) -> Iterator[Unkind]:
    """Run a server in the block.

    :param answer: the bytes for a request, named ``GET /path``.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Unkind(answer, url=f"http://127.0.0.1:{listening.getsockname()[1]}")
        threading.Thread(target=server.serve, args=(listening,), daemon=True).start()
        yield server
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


def _request(connection: socket.socket) -> str:
    """Read one request, with its body; empty when the client has gone."""
    read = b""
    while b"\r\n\r\n" not in read:
        more = connection.recv(65_536)
        if not more:
            return ""
        read += more
    head, _, body = read.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    lengths = [int(line.partition(":")[2]) for line in lines if line.lower().startswith("content-length:")]
    while lengths and len(body) < lengths[0]:
        body += connection.recv(65_536)
    return " ".join(lines[0].split()[:2])


def response(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """Return a whole answer; headers by their names with ``_`` for ``-``."""
    named = {"content-type": "application/json", "content-length": str(len(body))}
    named |= {name.replace("_", "-").lower(): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + body
