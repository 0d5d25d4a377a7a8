"""Owners of several files."""

from __future__ import annotations

from techmap_sync.ownership import Owners, together


def test_owners_of_several_files_are_named_once_in_their_order() -> None:
    found = together([Owners(("Sara", "tom"), ("@org/a",)), Owners(("sara", "ann"), ("@Org/A", "@org/b"))])
    assert found == Owners(("Sara", "tom", "ann"), ("@org/a", "@org/b"))
