"""A release, run dry: what is built holds what the repository holds.

That the wheel works in an empty environment is tested with the component, which installs it: ``tests/ci``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from techmap_sync import __version__
from tests.release import (
    ROOT,
    check,
    digests,
    files_of_sdist,
    files_of_the_repository,
    files_of_wheel,
    notes,
    release,
    run,
)
from tests.sampling import sampling

Built = tuple[Path, Path]


def newest_python() -> str:
    """Return the newest Python that is here and runs: on PATH, or installed beside this one, as pyenv does it."""
    for minor in range(20, sys.version_info.minor, -1):
        name = f"python3.{minor}"
        for path in (shutil.which(name), *Path(sys.base_prefix).parent.glob(f"*/bin/{name}")):
            if path and subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0:
                return str(path)
    return sys.executable


PYTHONS = sorted({sys.executable, newest_python()}) if sampling.everything else [sys.executable]


def test_the_source_distribution_is_what_a_clone_holds(built: Built) -> None:
    assert files_of_sdist(built[0]) == files_of_the_repository() | {"PKG-INFO"}


def test_the_wheel_is_the_package_and_its_settings(built: Built) -> None:
    ours = {name for name in files_of_the_repository() if name.startswith(("techmap_sync/", "config/"))}
    assert files_of_wheel(built[1]) == ours
    assert "techmap_sync/py.typed" in ours


def test_the_package_index_will_show_it(built: Built) -> None:
    check(*built)


def test_the_version_is_in_one_place_and_wherever_it_is_repeated_it_is_the_same(built: Built) -> None:
    assert [path.name for path in built] == [
        f"techmap_sync-{__version__}.tar.gz", f"techmap_sync-{__version__}-py3-none-any.whl"
    ]  # fmt: skip
    for name in ("templates/techmap-sync.yml", "docs/continuous-integration.md"):
        assert f"@v{__version__}" in (ROOT / name).read_text("utf-8"), name


@pytest.mark.skipif(not sampling.everything, reason="builds twice and asks the package index; EVERYTHING=1 does so")
def test_a_release_is_reproducible_and_complete(tmp_path: Path) -> None:
    if not Path(sys.executable).with_name("cyclonedx-py").exists():
        pytest.skip("cyclonedx-bom is missing: make release installs it")
    release(tmp_path / "release", f"v{__version__}")
    assert len(digests(tmp_path / "release" / "dist")) == 2
    assert '"bomFormat": "CycloneDX"' in (tmp_path / "release" / "sbom.json").read_text("utf-8")
    with pytest.raises(SystemExit):
        release(tmp_path / "other", "v99.0.0")


@pytest.mark.skipif(not sampling.everything, reason="asks the package index; EVERYTHING=1 does so")
@pytest.mark.parametrize("python", PYTHONS, ids=lambda path: Path(path).name)
@pytest.mark.parametrize("kind", ["sdist", "wheel"])
def test_it_installs_on_this_python_and_on_the_newest(built: Built, tmp_path: Path, python: str, kind: str) -> None:
    run(python, "-m", "venv", tmp_path / "venv", folder=tmp_path)
    package = built[0] if kind == "sdist" else built[1]
    pip = (tmp_path / "venv" / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "-c", ROOT / "constraints.txt", package, folder=tmp_path)
    assert __version__ in run(tmp_path / "venv" / "bin" / "techmap-sync", "--version", folder=tmp_path)


def test_the_notes_of_a_release_are_its_section_of_the_change_log() -> None:
    changes = "# Changes\n\n## Unreleased\n\nnew\n\n## 1.2.0 - 2026-01-02\n\n### Added\n\n- this\n\n## 1.1.0\n\nold\n"
    assert notes("1.2.0", changes) == "### Added\n\n- this\n"
    assert notes("1.3.0", changes) == "new\n"
    assert notes(__version__, (ROOT / "CHANGELOG.md").read_text("utf-8")).strip()


def test_the_image_installs_what_has_a_hash_and_holds_what_a_job_needs() -> None:
    text = (ROOT / "Containerfile").read_text("utf-8")
    assert "--require-hashes --only-binary :all: -r /source/config/requirements.lock" in text
    assert "--no-deps --no-build-isolation /source" in text
    assert "install --yes --no-install-recommends git" in text
    assert "ENTRYPOINT" not in text, "a job of GitLab starts its own shell"
    assert "\nUSER techmap\n" in text


def test_each_form_for_issues_asks_for_what_it_needs() -> None:
    folder = ROOT / ".github" / "ISSUE_TEMPLATE"
    forms = {path.stem: YAML(typ="safe").load(path) for path in folder.glob("*.yml")}
    assert forms.pop("config")["blank_issues_enabled"] is False
    assert len(forms) == 3
    for name, form in forms.items():
        assert {"name", "description", "body"} <= form.keys(), name
        ids = [field["id"] for field in form["body"]]
        assert len(ids) == len(set(ids)), name
        assert any(field.get("validations", {}).get("required") for field in form["body"]), name
        assert {field["type"] for field in form["body"]} <= {"textarea", "input", "dropdown"}, name
