"""The pipeline that ``init`` writes, and the lines for a pipeline that the project has already."""

from __future__ import annotations

import os
from pathlib import Path

from techmap_sync import files
from techmap_sync.errors import UnreadableFile, UsageProblem
from techmap_sync.registry import Start

PIPELINE = ".gitlab-ci.yml"
JOB_FILE = ".gitlab/techmap-sync.yml"
"""Holds the job beside a pipeline that is not ours."""
_COMPONENT = "component: gitlab.com/techmap-sync/techmap-sync/techmap-sync@"
_LOCAL = f"local: {JOB_FILE}"
_STAGE = "test"
_OURS = "Written by techmap-sync init"
_SHARED = "gitlab.com"


def pipeline(start: Start) -> tuple[dict[str, str], str]:
    """Return the files of the pipeline, which on the public server is a component from its catalogue.

    :raises UsageProblem: the pipeline that is there cannot be read.
    """
    whole = start.fill("gitlab-include.yml" if start.host == _SHARED else "gitlab-ci.yml")
    return pipeline_files(_existing(start.root / PIPELINE, start.root), whole)


def pipeline_files(existing: str, whole: str) -> tuple[dict[str, str], str]:
    """Return the files of a pipeline by their paths, and what is to be said about the one that is there.

    A pipeline that somebody else wrote stays as it is.

    :param existing: the pipeline that is there, empty when there is none.
    :param whole: the pipeline of a project that has no other job.
    """
    if not existing or _OURS in existing.partition("\n")[0]:
        return {PIPELINE: whole}, ""
    stage = _stage_beside(existing)
    if _COMPONENT in whole:
        lines = whole[whole.index("include:") :] + ("" if stage == _STAGE else f"    inputs:\n      stage: {stage}\n")
        return {}, _to_add(lines, existing, _COMPONENT)
    job = whole.replace(f"  stage: {_STAGE}\n", f"  stage: {stage}\n")
    return {JOB_FILE: job}, _to_add(f"include:\n  - {_LOCAL}\n", existing, _LOCAL)


def _to_add(lines: str, existing: str, sign: str) -> str:
    if sign in existing:
        return ""
    shown = "".join(f"  {line}\n" for line in lines.splitlines())
    return f"{PIPELINE} is there already and stays as it is; add these lines, to its include if it has one:\n\n{shown}"


def _stage_beside(existing: str) -> str:
    """Return the stage for our job: the usual one, else the first of a pipeline that names its own."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        pipeline = YAML().load(existing)  # knows what it does not know, such as !reference
    except YAMLError:
        return _STAGE
    stages = pipeline.get("stages") if isinstance(pipeline, dict) else None
    own = [stage for stage in stages if isinstance(stage, str)] if isinstance(stages, list) else []
    return own[0] if own and _STAGE not in own else _STAGE


def _existing(path: Path, root: Path) -> str:
    """Return a file of the repository, empty when there is none."""
    if not os.path.lexists(path):
        return ""
    try:
        return files.read(path, files.MIB, root).decode(errors="replace")
    except UnreadableFile as problem:
        raise UsageProblem(f"{path.name} {problem.what}", problem.hint) from problem
