"""Titles of units and of their tickets."""

from __future__ import annotations

import pytest

from tests.documents.checklist.units import unit_of


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# 実装計画", "Canoe"),
        ("# Implementation Plan: Canoe hire", "Canoe hire"),
        ("# 实施计划：独木舟", "独木舟"),
        ("# Canoe hire - Implementation Plan", "Canoe hire"),
        ("# Implementation Plan", "Canoe"),
        ("", "Canoe"),
    ],
)
def test_a_unit_has_the_title_of_its_feature(heading: str, title: str) -> None:
    assert unit_of("kiro", f"{heading}\n\n- [ ] 1. A\n").title == title
