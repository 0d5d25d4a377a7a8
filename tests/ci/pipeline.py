"""A runner of GitLab that executes the script of the component in ``templates/``.

Inputs and variables as https://docs.gitlab.com/ci/inputs/ and https://docs.gitlab.com/ci/variables/ describe them.
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

from tests.simulators.gitlab import Simulator

ROOT = Path(__file__).parents[2]
_INPUT = re.compile(r"\$\[\[(.*?)\]\]")
_VARIABLE = re.compile(r"\$(\w+)|\$\{(\w+)\}")


def component(**inputs: str) -> tuple[str, Mapping[str, Any]]:
    """Return name and definition of the job, with inputs in their places."""
    spec, jobs = YAML(typ="safe").load_all(ROOT / "templates" / "techmap-sync.yml")
    declared = spec["spec"]["inputs"]
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    assert given.keys() <= declared.keys()
    values = {name: given.get(name, each["default"]) for name, each in declared.items()}
    for name, each in declared.items():
        assert values[name] in each.get("options", [values[name]])
    assert "$[[" not in json.dumps([job["script"] for job in jobs.values()]), "a value could become a command"
    ((name, job),) = _filled(jobs, values).items()
    return name, job


def _filled(node: Any, values: Mapping[str, str]) -> Any:
    match node:
        case str():
            return _INPUT.sub(lambda found: values[found[1].strip().removeprefix("inputs.")], node)
        case list():
            return [_filled(each, values) for each in node]
        case dict():
            return {_filled(key, values): _filled(each, values) for key, each in node.items()}
        case _:
            return node


@dataclass
class Ended:
    """How a job ended."""

    code: int
    log: str
    report: Any
    problems: list[Any] = field(default_factory=list)
    """The Code Quality artifact."""


@dataclass
class Pipeline:
    """A machine with the image of the component."""

    server: Simulator
    path: str
    """Where programs are looked for."""
    secrets: dict[str, str] = field(default_factory=dict)
    """CI/CD variables of the project."""
    inherited: tuple[int, ...] = ()
    """Open files of this process that the job gets."""

    def job(self, workspace: Path, variables: Mapping[str, str], **inputs: str) -> Ended:
        """Run the component in a checkout."""
        name, job = component(**inputs)
        known = self._predefined(workspace, name) | dict(variables)
        environment = known | self._own(job["variables"], known | self.secrets) | self.secrets
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])],
            cwd=workspace,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
            pass_fds=self.inherited,
        )
        (report,) = (workspace / path for path in job["artifacts"]["paths"])
        quality = workspace / job["artifacts"]["reports"]["codequality"]
        return Ended(
            done.returncode,
            done.stdout.decode(),
            json.loads(report.read_text("utf-8")) if report.exists() else None,
            json.loads(quality.read_text("utf-8")) if quality.exists() else [],
        )

    @staticmethod
    def _own(declared: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, str]:
        """Return the job's variables; others in them are expanded unless it is said that they are not."""
        values = {}
        for name, each in declared.items():
            if isinstance(each, dict):
                assert each.keys() == {"value", "expand"}
                assert each["expand"] is False
                values[name] = each["value"]
            else:
                values[name] = _VARIABLE.sub(lambda found: known.get(found[1] or found[2], ""), each)
        return values

    def _predefined(self, workspace: Path, job: str) -> dict[str, str]:
        return {
            "PATH": self.path,
            "HOME": os.environ["HOME"],
            "CI": "true",
            "GITLAB_CI": "true",
            "CI_JOB_NAME": job,
            "CI_JOB_URL": f"{self.server.url}/group/project/-/jobs/9",
            "CI_PROJECT_ID": str(self.server.world.id),
            "CI_PROJECT_DIR": str(workspace),
            "CI_SERVER_URL": self.server.url,
            "CI_DEFAULT_BRANCH": "trunk",
            "GITLAB_USER_LOGIN": "sara",
            "TECHMAP_SYNC_GITLAB__SECONDS_BETWEEN_WRITES": "0",
            "PIP_COMPILE": "0",  # most of what is installed is never loaded
            **{name: os.environ[name] for name in os.environ if name.startswith("PIP_")},
        }
