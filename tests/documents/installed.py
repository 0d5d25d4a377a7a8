"""Where the packages are whose Markdown no family may take for its own.

``make passed-over`` installs some two thousand more READMEs and change logs, and names their folder in ``PACKAGES``.
"""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path

from tests.documents.shipped import ROOT

MORE = [Path(folder).resolve() for folder in os.environ.get("PACKAGES", "").split(os.pathsep) if folder]
PACKAGES = (Path(sysconfig.get_path("purelib")), ROOT / "node_modules", *MORE)
WANTED = 2_000
"""Markdown files, once ``make passed-over`` has installed more."""
