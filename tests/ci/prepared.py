"""What a job of a CI finds done already, so that each installation and each start of the program is paid for once.

Making an environment and starting Python take longer than all that most of these tests judge.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests import forked
from tests.sampling import sampling

LEFT_TO_INSTALL = "hatch"
"""How the names begin of packages that an environment with packages still lacks: those that build the program."""
OF_EVERY_ENVIRONMENT = ("pip", "setuptools", "_distutils_hack", "distutils-precedence.pth")
"""What ``python -m venv`` puts into an environment, by how the names begin."""
IS_PREPARED = not sampling.everything
for name, sample, of in (
    ("environments of a CI job that are made of nothing", 1, 4),
    ("environments of a CI job that pip is put into", 1, 4),
    ("CI jobs that start Python anew to run the program", 4, 35),
):
    sampling.times(name, sample, of)


def begin_environment(folder: Path, installed: Path, *, with_packages: bool = False) -> None:
    """Make an environment as an interrupted installation leaves it, for ``python -m venv`` to complete.

    Nothing is made where every case is taken.

    :param installed: a whole one
    :param with_packages: whether it holds most of what the program needs; otherwise it holds pip alone
    """
    if IS_PREPARED:

        def left_out(of: str, names: list[str]) -> list[str]:
            if Path(of).name != "site-packages":
                return [name for name in names if "techmap" in name]
            if with_packages:
                return [name for name in names if "techmap" in name or name.startswith(LEFT_TO_INSTALL)]
            return [name for name in names if not name.startswith(OF_EVERY_ENVIRONMENT)]

        shutil.copytree(installed, folder, symlinks=True, ignore=left_out)


def python(place: Path, program: Path) -> None:
    """Make a program Python for which the environments that were begun have their pip already.

    It is the given one itself where every case is taken: ``python -m venv`` unpacks pip each time, which takes longer
    than all that is installed with it.
    """
    if IS_PREPARED:
        without_pip = 'case "$*" in "-I -m venv "*) set -- -I -m venv --without-pip "$4" ;; esac'
        place.write_text(f'#!/bin/sh\n{without_pip}\nexec "{program}" "$@"\n', encoding="utf-8")
        place.chmod(0o755)
    else:
        place.symlink_to(program)


def mktemp(place: Path, begun: Path) -> None:
    """Make a program ``mktemp`` whose folders hold an environment called venv that was begun already.

    :param begun: what ``begin_environment`` made; where every case is taken, nothing, and the folders are empty
    """
    real, copy = shutil.which("mktemp"), shutil.which("cp")
    if IS_PREPARED:
        script = f'folder=$("{real}" "$@") && "{copy}" -a "{begun}" "$folder/venv" && echo "$folder"'
        place.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        place.chmod(0o755)
    else:
        place.symlink_to(real or "")


def forking_python(folder: Path, installed: Path) -> tuple[int, ...]:
    """Make an environment whose Python copies a process that has imported the program, and starts nothing else.

    It is the given environment itself where every case is taken.

    :return: open files that a job has to inherit
    """
    if not IS_PREPARED:
        folder.symlink_to(installed)
        return ()
    way = forked.way()
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "techmap-sync").symlink_to(installed / "bin" / "techmap-sync")
    python = folder / "bin" / "python"
    script = Path(__file__).with_name("forking_python.py")
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "{script}" {way} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    return (way,)
