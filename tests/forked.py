"""The program in a process of its own, copied from one that has imported it: a start takes longer than most runs.

A copy knows nothing of the tests: it comes from a process that was started as a user starts the program. What Python
itself reads when it starts, such as ``PYTHONIOENCODING``, has no effect here.
"""

from __future__ import annotations

import atexit
import io
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
_LONGEST = 65_536
"""Bytes of a request."""
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Forked:
    """A run that was started."""

    pid: int
    _heard: socket.socket

    def send_signal(self, number: int) -> None:
        """Send the run a signal, unless it has ended."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def wait(self) -> int:
        """Return how the run ended: its code, or the negative number of the signal that ended it."""
        code = json.loads(self._heard.recv(_LONGEST))
        self._heard.close()
        return int(code)


def start(
    arguments: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str], stdin: int, stdout: int, stderr: int
) -> Forked:
    """Start the program; its streams are open files, by their numbers."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    asked = json.dumps([list(map(str, arguments)), str(cwd), dict(env)]).encode()
    with _ONE_AT_A_TIME:
        origin, _ = _origin()
    with theirs:
        socket.send_fds(origin, [asked], [stdin, stdout, stderr, theirs.fileno()])
    return Forked(json.loads(ours.recv(_LONGEST)), ours)


def run(arguments: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the program to its end, and return what it said."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, Path(os.devnull).open("rb") as nothing:
        streams = {"stdin": nothing.fileno(), "stdout": out.fileno(), "stderr": err.fileno()}
        code = start(arguments, cwd=cwd, env=env, **streams).wait()
        return subprocess.CompletedProcess(list(arguments), code, _text(out), _text(err))


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def way() -> int:
    """Return the number of an open file; a process that inherits it sends its own streams there to start a run."""
    with _ONE_AT_A_TIME:
        return _origin()[0].fileno()


@cache
def _origin() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """Return the way to the process that all runs are copied from, and that process; it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        number = theirs.fileno()
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "COVERAGE_PROCESS_START") if name in os.environ}
        command = [sys.executable, "-m", "tests.forked", str(number)]
        process = subprocess.Popen(command, cwd=ROOT, env=kept, pass_fds=[number], stdin=subprocess.DEVNULL)
    atexit.register(_end, ours, process)
    return ours, process


def _end(origin: socket.socket, process: subprocess.Popen[bytes]) -> None:
    origin.close()
    process.wait()


def _serve(asked: socket.socket) -> None:
    """Copy this process for each request, until nobody can ask any more."""
    import techmap_sync

    for module in pkgutil.walk_packages(techmap_sync.__path__, "techmap_sync."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the watchers
    while True:
        request, files, _, _ = socket.recv_fds(asked, _LONGEST, 4)
        if not request:
            return
        if not os.fork():
            asked.close()
            os._exit(_watched(json.loads(request), files))
        for file in files:
            os.close(file)


def _watched(request: tuple[list[str], str, dict[str, str]], files: list[int]) -> int:
    """Start a run, say its number, wait for its end and say its code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with socket.socket(fileno=files[3]) as told:
        run = os.fork()
        if not run:
            told.close()
            os._exit(_ended(*request, files[:3]))
        for file in files[:3]:
            os.close(file)
        told.send(json.dumps(run).encode())
        _, status = os.waitpid(run, 0)
        with suppress(OSError):
            told.send(json.dumps(os.waitstatus_to_exitcode(status)).encode())
    return 0


def _ended(arguments: list[str], folder: str, variables: dict[str, str], files: list[int]) -> int:
    """Run the program in this process, and return its code."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    sys.path[:1] = [folder, *filter(None, variables.get("PYTHONPATH", "").split(os.pathsep))]
    sys.argv = ["techmap-sync", *arguments]
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = _stream(1, "strict")
    sys.stderr = _stream(2, "backslashreplace")
    from techmap_sync.cli.main import main

    try:
        main()
    except SystemExit as ended:
        code = ended.code
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    return code if isinstance(code, int) else int(code is not None)


def _stream(number: int, errors: str) -> io.TextIOWrapper:
    is_terminal = os.isatty(number)
    buffer = open(number, "wb", closefd=False)  # noqa: SIM115
    return io.TextIOWrapper(buffer, "utf-8", errors, line_buffering=is_terminal or number == 2)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
