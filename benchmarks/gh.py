"""GitHub's own command line in a loop, against the simulated server: what somebody would write in a shell instead."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from tempfile import TemporaryDirectory
from typing import Any

from tests.simulators.github import GitHub

GH = shutil.which("gh")
_LABEL = re.compile(r'(l\d+): label\(name:"([^"]+)"\)')


@dataclass
class Desk:
    """Answers the three questions that ``gh issue create`` asks, all of them over GraphQL."""

    github: GitHub
    requests: list[str] = field(default_factory=list)

    def answer(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Answer one question after the latency of the server; one that it does not know is refused."""
        time.sleep(self.github.latency)
        self.requests.append(query)
        owner, _, name = self.github.repository.full_name.partition("/")
        if "mutation IssueCreate" in query:
            asked = variables["input"]
            issue = self.github.add_issue(asked["title"], *asked.get("labelIds", ()), body=asked["body"])
            made = {"id": f"I_{issue.number}", "url": f"https://github.com/{issue.number}"}
            return {"data": {"createIssue": {"issue": made}}}
        if "RepositoryResolveMetadataIDs" in query:
            labels = {alias: {"id": label, "name": label} for alias, label in _LABEL.findall(query)}
            return {"data": {"repository": labels}}
        if "query RepositoryInfo" in query:
            known = {"id": "R_1", "name": name, "owner": {"login": owner}, "hasIssuesEnabled": True}
            return {"data": {"repository": {**known, "viewerPermission": "ADMIN"}}}
        return {"errors": [{"message": f"not played here: {query}"}]}


def version() -> str:
    """Return what the program says of itself."""
    assert GH
    return subprocess.run([GH, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]  # noqa: S603


def loop(github: GitHub, titles: list[str], label: str) -> int:
    """Create issues one by one, and return how many requests that took.

    :raises CalledProcessError: this version of the program asks for more than the simulated server answers.
    """
    assert GH
    with TemporaryDirectory() as folder, _listening(github, Path(folder, "socket")) as desk:
        environment = {"PATH": os.environ["PATH"], "GH_CONFIG_DIR": folder, "GH_TOKEN": "simulated", "HOME": folder,
                       "GH_NO_UPDATE_NOTIFIER": "1"}  # fmt: skip
        Path(folder, "config.yml").write_text(f"http_unix_socket: {folder}/socket\n", encoding="utf-8")
        for title in titles:
            command = [GH, "issue", "create", "-R", github.repository.full_name, "-t", title, "-b", title, "-l", label]
            subprocess.run(command, env=environment, capture_output=True, check=True)  # noqa: S603
        return len(desk.requests)


@contextmanager
def _listening(github: GitHub, socket: Path) -> Iterator[Desk]:
    desk = Desk(github)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = json.dumps(desk.answer(asked["query"], asked.get("variables") or {})).encode()
            self.send_response_only(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingUnixStreamServer(str(socket), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
