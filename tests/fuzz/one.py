"""Fuzzes one target until its time is over or it is found wanting: ``python -m tests.fuzz.one NAME FOLDER SECONDS``."""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

INSTRUMENTED = ["techmap_sync.documents", "techmap_sync.planning", "techmap_sync.text_forms"]
SLOW = 30
"""Seconds after which a text that is still being read is a finding."""


def main(name: str, folder: Path, seconds: str) -> None:
    """Fuzz; libFuzzer ends the process."""
    with atheris.instrument_imports(include=INSTRUMENTED):
        from tests.fuzz.targets import TARGETS  # Only what is imported here is watched.

    target = TARGETS[name]
    known, seeds = folder / "known", folder / "seeds"
    for each in (known, seeds):
        each.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (seeds / f"{number:03}").write_bytes(seed)
    words = folder / "words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words() if word), encoding="ascii")
    flags = (f"-max_total_time={seconds}", f"-max_len={target.longest}", f"-dict={words}", f"-timeout={SLOW}")
    more = (f"-artifact_prefix={folder}/", "-print_final_stats=1", "-rss_limit_mb=1500", "-verbosity=1")
    atheris.Setup([name, *flags, *more, str(known), str(seeds)], target)
    atheris.Fuzz()


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02X}" for byte in word.encode())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
