"""The faults of mutants.toml still fit the code that they are put into."""

from __future__ import annotations

import pytest

from tests.mutants.run import ROOT, mutants


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant["what"])
def test_every_fault_has_its_place_and_a_test_that_is_there(mutant: dict[str, str]) -> None:
    assert (ROOT / "techmap_sync" / mutant["file"]).read_text("utf-8").count(mutant["old"]) == 1
    path, _, name = mutant["killed_by"].partition("::")
    assert f"def {name}(" in (ROOT / path).read_text("utf-8")


def test_there_are_twenty_of_them() -> None:
    assert len(mutants()) >= 20
