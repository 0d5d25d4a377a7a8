"""A runner of GitHub Actions that executes the very steps of ``action.yml``.

What it does is described at https://docs.github.com/actions/reference: contexts, variables, ``shell: bash`` as
``bash --noprofile --norc -eo pipefail``, outputs of steps, workflow commands in what a step prints.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.ci.expressions import evaluate
from tests.simulators.github import GitHub

ROOT = Path(__file__).parents[2]
_KNOWN = {"name", "id", "shell", "env", "run"}
_COMMAND = re.compile(r"^\s*::([\w-]+)(?: ([^:]*))?::(.*)$")


def action() -> Mapping[str, Any]:
    """Read the action."""
    return dict(YAML(typ="safe").load(ROOT / "action.yml"))


@dataclass
class Ended:
    """How a job ended, with everything that a person sees of it."""

    code: int
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    log: str = ""
    annotations: list[str] = field(default_factory=list)
    """``error docs/maps/x.md:12 message``."""
    report: Any = None


@dataclass
class Runner:
    """A machine with its temporary folder, and the repository that it works for."""

    server: GitHub
    temp: Path
    path: str
    """Where programs are looked for."""
    token: str
    before: dict[str, str] = field(default_factory=dict)
    """Further variables of the job."""
    inherited: tuple[int, ...] = ()
    """Open files of this process that the steps get."""

    def job(self, workspace: Path, event_name: str, ref: str, event: Mapping[str, Any], **inputs: str) -> Ended:
        """Run the action for an event, in a checkout."""
        declared = action()
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() <= declared["inputs"].keys()
        values = {name: given.get(name, each["default"]) for name, each in declared["inputs"].items()}
        (self.temp / "event.json").write_text(json.dumps(event), encoding="utf-8")
        contexts: dict[str, Any] = {
            "inputs": values,
            "github": {"action_path": str(ROOT), "token": self.token},
            "steps": {step["id"]: {"outputs": {}} for step in declared["runs"]["steps"]},
        }
        ended = Ended(0)
        for step in declared["runs"]["steps"]:
            assert step.keys() <= _KNOWN
            assert "${{" not in step["run"], "a value could become a command"
            self._step(step, contexts, workspace, self._variables(workspace, event_name, ref), ended)
            if ended.code:
                break
        ended.outputs = {name: evaluate(each["value"], contexts) for name, each in declared["outputs"].items()}
        report = ended.outputs["report"]
        ended.report = json.loads(Path(report).read_text("utf-8")) if report else None
        return ended

    def _step(
        self,
        step: Mapping[str, Any],
        contexts: dict[str, Any],
        workspace: Path,
        variables: dict[str, str],
        ended: Ended,
    ) -> None:
        assert step["shell"] == "bash"
        files = {name: self.temp / f"{step['id']}-{name}" for name in ("output", "step_summary", "env", "path")}
        for path in files.values():
            path.write_bytes(b"")
        script = self.temp / f"{step['id']}.sh"
        script.write_text(step["run"], encoding="utf-8")
        own = {name: evaluate(value, contexts) for name, value in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=workspace,
            env=variables | {f"GITHUB_{name.upper()}": str(path) for name, path in files.items()} | own,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
            pass_fds=self.inherited,
        )
        ended.code = done.returncode
        ended.log += done.stdout
        ended.annotations += annotations_in(done.stdout)
        ended.summary += files["step_summary"].read_text("utf-8")
        assert files["env"].read_bytes() == files["path"].read_bytes() == b"", "later steps are nobody's business"
        contexts["steps"][step["id"]] = {"outputs": outputs(files["output"].read_text("utf-8"))}

    def _variables(self, workspace: Path, event_name: str, ref: str) -> dict[str, str]:
        return {
            "PATH": self.path,
            "HOME": str(self.temp),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKFLOW": "maps",
            "GITHUB_JOB": "sync",
            "GITHUB_RUN_ID": "77",
            "GITHUB_ACTOR": "sara",
            "GITHUB_EVENT_NAME": event_name,
            "GITHUB_EVENT_PATH": str(self.temp / "event.json"),
            "GITHUB_REF": ref,
            "GITHUB_SHA": _head(workspace),
            "GITHUB_REPOSITORY": self.server.repository.full_name,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_API_URL": self.server.base_url,
            "GITHUB_WORKSPACE": str(workspace),
            "RUNNER_TEMP": str(self.temp),
            "TECHMAP_SYNC_GITHUB__SECONDS_BETWEEN_WRITES": "0",
            **{name: os.environ[name] for name in os.environ if name.startswith("PIP_")},
            "PIP_COMPILE": "0",  # most of what is installed is never loaded
            **self.before,
        }


def _head(workspace: Path) -> str:
    """Return the commit that a job was started for; a job without a checkout has one, too."""
    command = ["git", "-C", str(workspace), "rev-parse", "--verify", "--quiet", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "0" * 40


def outputs(text: str) -> dict[str, str]:
    """Read a file of outputs: ``name=value``, or ``name<<delimiter`` and lines up to the delimiter."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        name, mark, delimiter = line.partition("<<")
        if mark and "=" not in name:
            value: list[str] = []
            while (following := next(lines)) != delimiter:
                value.append(following)
            found[name] = "\n".join(value)
        else:
            name, _, found[name] = line.partition("=")
    return found


def annotations_in(log: str) -> list[str]:
    """Return what the runner makes of what a step prints; between stop-commands and its token it reads nothing."""
    found, stopped = [], ""
    for line in log.splitlines():
        match = _COMMAND.match(line)
        if match is None:
            continue
        name, told, message = match[1], match[2] or "", match[3]
        if stopped:
            stopped = "" if name == stopped else stopped
        elif name == "stop-commands":
            stopped = message
        elif name in ("error", "warning", "notice"):
            properties = dict(part.split("=", 1) for part in told.split(",") if part)
            place = f" {properties['file']}:{properties['line']}" if "file" in properties else ""
            found.append(f"{name}{place} {_unescaped(message)}")
        else:
            assert name in ("group", "endgroup"), line
    return found


def _unescaped(text: str) -> str:
    return text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
