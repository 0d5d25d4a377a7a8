"""What is fuzzed can be run without the fuzzer, and notices what it should."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, BrokenPromise, Escape, Target, finding, is_inert

FAMILIES = ("technical-map", "spec-kit", "openspec", "kiro", "bmad", "plans")


def test_every_family_and_the_escape_are_fuzzed() -> None:
    assert set(TARGETS) == {"escape", *FAMILIES}


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_first_seed(name: str) -> None:
    target = TARGETS[name]
    seed = next(target.seeds())
    assert 0 < len(seed) <= target.longest
    target(seed[:300])


@pytest.mark.parametrize("data", [b"", b"\xff", b"\x00# TECHNICAL MAP: T"])
def test_any_bytes_are_a_text(data: bytes) -> None:
    for name in ("escape", "technical-map", "plans"):
        TARGETS[name](data)


@pytest.mark.parametrize("text", ["@bob", "/close", "<!-- x -->", "fixes #3", "`<!-- techmap-sync end -->`"])
def test_the_judge_of_the_escape_sees_what_acts(text: str) -> None:
    with pytest.raises(BrokenPromise):
        is_inert(text)
    Escape()(text.encode())


@dataclass
class Slow(Target):
    """A target that takes too long, by a clock that a test moves."""

    clock: list[float] = field(default_factory=lambda: [0.0, 99.0])
    name = "slow"
    longest = 9

    def seeds(self) -> object:  # type: ignore[override]
        return iter(())

    def words(self) -> tuple[str, ...]:
        return ()

    def read(self, data: bytes) -> None:
        pass


def test_a_text_that_takes_too_long_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr("tests.fuzz.targets.time.process_time", lambda: slow.clock.pop(0))
    with pytest.raises(BrokenPromise, match="99"):
        slow(b"x")


def test_a_finding_is_tried_again_by_its_file(tmp_path: Path) -> None:
    file = tmp_path / "escape" / "crash-1"
    file.parent.mkdir()
    file.write_bytes(b"@bob")
    finding(file)
