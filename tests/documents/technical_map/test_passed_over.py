"""Files that nobody meant as a map are passed over: all Markdown of the packages that are installed for the tests.

A clean clone has some hundreds of such files; what the machine has besides (the packages of npm itself, of the system)
is tried as well, and each of them in other forms too. ``make passed-over`` brings two thousand more.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import pytest

from techmap_sync.documents.technical_map.detect import looks_like_map
from tests.documents.installed import MORE, PACKAGES, WANTED
from tests.documents.shipped import ROOT, VOCABULARY
from tests.sampling import sampling

MOST = 100
LARGEST = 100_000
"""Bytes of a file that is tried: a few bundled change logs are longer than all others together."""
NAMES = {"METADATA", "README", "README.txt", "CHANGELOG", "CHANGES"}
ENDINGS = (".md", ".markdown", ".mdx")


def folders() -> Iterator[Path]:
    """Yield where packages are installed, those of the tests first."""
    yield from PACKAGES
    yield Path(sysconfig.get_path("stdlib"))
    if node := shutil.which("node"):
        yield from (Path(node).resolve().parent.parent / place for place in ("lib/node_modules", "share/nodejs"))
    yield Path("/usr/share/doc")
    yield Path("/usr/share/nodejs")


def paths() -> Iterator[Path]:
    """Yield the files that may hold Markdown; our own package, which holds the template, is none of them."""
    for folder in folders():
        for place, _, names in os.walk(folder):
            if "techmap_sync" not in place:
                yield from (Path(place, name) for name in names if name in NAMES or name.endswith(ENDINGS))


@lru_cache
def texts() -> Mapping[str, str]:
    """READMEs, change logs and the like; the metadata of a Python package holds its README."""
    found: dict[str, str] = {}
    for path in paths():
        if path.is_file() and path.stat().st_size <= LARGEST and (real := str(path.resolve())) not in found:
            text = path.read_text(encoding="utf-8", errors="replace")
            found[real] = text.partition("\n\n")[2] if path.name == "METADATA" else text
    return found


FORMS: Mapping[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "with CRLF": lambda text: text.replace("\n", "\r\n"),
    "with front matter": lambda text: f"---\ntitle: Technical notes\nkind: readme\nstatus: map\n---\n\n{text}",
    "quoted": lambda text: "> " + text.replace("\n", "\n> "),
    "one level down": lambda text: "\n".join(f"#{line}" if line.startswith("#") else line for line in text.split("\n")),
    "below a heading": lambda text: f"# Technical map of the packages\n\nTechnical map: none.\n\n{text}",
}


@pytest.mark.parametrize("form", FORMS)
def test_no_markdown_of_any_package_is_taken_for_a_map(form: str, record_property: Callable[..., None]) -> None:
    assert texts(), "the packages of the tests are not installed"
    record_property("files", len(texts()))
    cases = list(texts().items())
    if form != "as it is":
        cases = sampling.spread("Markdown files of packages in another form", cases, MOST, where=form)
    taken = [path for path, text in cases if looks_like_map(FORMS[form](text), VOCABULARY)]
    assert taken == []


def test_two_thousand_texts_are_there() -> None:
    """Files where so many are installed, else in all their forms; the message says how many files there are."""
    if not (ROOT / "node_modules").is_dir():
        pytest.skip(f"{len(texts())} files were tried; npm install brings more")
    assert len(texts()) * (1 if MORE else len(FORMS)) >= WANTED, f"{len(texts())} files"


def test_a_title_makes_any_of_them_a_map() -> None:
    """So it is the title that they lack, and not that nothing is looked at."""
    for text in list(texts().values())[::50]:
        if not text.startswith(("---", "\ufeff")):
            assert looks_like_map(f"# TECHNICAL MAP: Some package\n\n{text}", VOCABULARY)
