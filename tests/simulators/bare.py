"""A bare repository that a simulated server keeps its branches in: real git, so that what is committed can be read."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_PERSON = {
    f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "Sim"), ("EMAIL", "s@e"))
}


@dataclass(frozen=True)
class Bare:
    """The repository in a folder."""

    folder: Path

    @classmethod
    def of(cls, checkout: Path, folder: Path) -> Bare:
        """Copy what a checkout has committed."""
        subprocess.run(["git", "clone", "--quiet", "--bare", str(checkout), str(folder)], check=True)
        return cls(folder)

    def git(self, *arguments: str, data: bytes = b"", variables: Mapping[str, str] = {}) -> str:
        """Run git, and return what it prints; empty where it fails."""
        environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, **_PERSON, **variables}
        command = ["git", "-C", str(self.folder), *arguments]
        done = subprocess.run(command, input=data, env=environment, capture_output=True, check=False)
        return done.stdout.decode(errors="surrogateescape").strip() if done.returncode == 0 else ""

    def head(self, branch: str) -> str:
        """Return the commit of a branch; empty where there is none."""
        return self.git("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")

    def message(self, commit: str) -> str:
        """Return the message of a commit."""
        return self.git("log", "-1", "--format=%B", commit)

    def tree(self, commit: str) -> str:
        """Return the tree of a commit; empty where there is no such commit."""
        return self.git("rev-parse", "--verify", "--quiet", f"{commit}^{{tree}}")

    def blob(self, content: bytes) -> str:
        """Store a content."""
        return self.git("hash-object", "-w", "--stdin", data=content)

    def changed(self, tree: str, entries: Iterable[tuple[str, str, str]]) -> str:
        """Return a tree like another one with some (mode, blob, path) replaced."""
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": f"{folder}/index"}
            self.git("read-tree", tree, variables=index)
            for mode, blob, path in entries:
                self.git("update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}", variables=index)
            return self.git("write-tree", variables=index)

    def commit(self, message: str, tree: str, parent: str) -> str:
        """Make a commit that no branch has yet."""
        return self.git("commit-tree", tree, "-p", parent, data=message.encode())

    def put(self, branch: str, commit: str) -> None:
        """Let a branch be a commit."""
        self.git("update-ref", f"refs/heads/{branch}", commit)

    def content(self, commit: str, path: str) -> str:
        """Return a file of a commit."""
        return self.git("cat-file", "blob", f"{commit}:{path}")

    def paths(self, before: str, after: str) -> list[str]:
        """Return the files in which two commits differ."""
        return self.git("diff", "--name-only", before, after).splitlines()
