"""What the fuzzer wrote is read."""

from __future__ import annotations

import pytest

from tests.fuzz import __main__ as fuzz

LOG = """\
#2\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 70Mb
#2820\tREDUCE cov: 325 ft: 1210 corp: 128/34Kb lim: 1000 exec/s: 141 rss: 77Mb L: 381/1000 MS: 4 CopyPart-
stat::number_of_executed_units: 2825
"""
BROKEN = """\
#2\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 70Mb

 === Uncaught Python exception: ===
BrokenPromise: references ['@a']
Traceback (most recent call last):
==123== ERROR: libFuzzer: fuzz target exited
artifact_prefix='build/'; Test unit written to build/crash-abc
"""


def test_the_last_numbers_count() -> None:
    found = fuzz.summary("escape", LOG, 0)
    assert (found.executions, found.edges, found.features, found.kept, found.finding) == (2825, 325, 1210, 128, "")


def test_a_finding_has_its_reason_and_its_file() -> None:
    found = fuzz.summary("escape", BROKEN, 77)
    assert "references ['@a']" in found.finding
    assert found.finding.endswith("build/crash-abc")


def test_any_other_end_is_a_finding_too() -> None:
    assert "out of memory" in fuzz.summary("escape", "out of memory", 71).finding


def test_without_the_fuzzer_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert fuzz.main([]) == 0
    assert "atheris" in capsys.readouterr().out
