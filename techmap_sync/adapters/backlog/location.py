"""Where a Backlog.md folder and its config lie, by the rules of Backlog.md 1.52."""

from __future__ import annotations

from pathlib import Path

from techmap_sync.adapters.backlog import frontmatter
from techmap_sync.adapters.backlog.frontmatter import BadYaml

_USUAL_NAMES = ("backlog", ".backlog")
_CONFIGS = ("config.yml", "config.yaml")
_PROJECT_CONFIG = "backlog.config.yml"


def usual_folder(project: Path) -> Path:
    """Return the folder that Backlog.md would open in a project directory, or would make there."""
    if named := _named_in(project / _PROJECT_CONFIG):
        return project / named
    folders = [project / name for name in _USUAL_NAMES]
    configured = [folder for folder in folders if _inner_config(folder)]
    return next(iter(configured + [folder for folder in folders if folder.is_dir()]), folders[0])


def config_of(folder: Path) -> Path | None:
    """Return the config of a folder: the project's own file if it names this folder, else the one within."""
    folder = folder.resolve()
    for project in folder.parents:
        config = project / _PROJECT_CONFIG
        if config.is_file() and usual_folder(project).resolve() == folder:
            return config
    return _inner_config(folder)


def git_directory(folder: Path) -> Path | None:
    """Return the git directory that all work trees of the folder's project share; None outside of git."""
    for project in folder.resolve().parents:
        git = project / ".git"
        if git.is_dir():
            return git
        if git.is_file():
            own = project / git.read_text(encoding="utf-8", errors="replace").removeprefix("gitdir:").strip()
            shared = own / "commondir"
            return own / shared.read_text(encoding="utf-8", errors="replace").strip() if shared.is_file() else own
    return None


def _inner_config(folder: Path) -> Path | None:
    return next((path for name in _CONFIGS if (path := folder / name).is_file()), None)


def _named_in(config: Path) -> str:
    """Return the folder that a project's config names, empty when there is none."""
    try:
        value = frontmatter.read(config.read_text(encoding="utf-8-sig")).get("backlog_directory", "")
    except (OSError, UnicodeDecodeError, BadYaml):
        return ""
    return value if isinstance(value, str) else ""
