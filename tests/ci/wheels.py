"""The packages of ``config/requirements.lock``, fetched once for all tests and test runs that install them.

They are kept under the digest of the lock. What is kept cannot deceive: each installation asks for the hashes.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parents[2] / "config" / "requirements.lock"


def fetched(kept: Path) -> Path:
    """Return a folder with the wheels; the first process to ask fetches them.

    pip reads the whole page of each package on an index, which takes it much longer than to install the package.

    :param kept: where they stay for the next test run
    """
    folder = kept / f"wheels-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    kept.mkdir(exist_ok=True)
    with (kept / "wheels.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
            options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--dest", f"{folder}.part"]
            done = subprocess.run([*pip, *options, "-r", LOCK], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
            Path(f"{folder}.part").rename(folder)
    return folder


def from_wheels(*folders: Path) -> dict[str, str]:
    """Return the variables by which pip takes packages from folders alone."""
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": " ".join(map(str, folders))}
