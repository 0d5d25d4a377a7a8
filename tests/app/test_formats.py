"""What ``--report`` takes."""

from __future__ import annotations

import pytest

from techmap_sync.app.formats import STDOUT, Format, Report, asked_reports
from techmap_sync.errors import UsageProblem


@pytest.mark.parametrize("form", Format)
def test_every_format_can_be_asked_for(form: Format) -> None:
    assert asked_reports([f"{form}=a=b", f"{form}=-"]) == (Report(form, "a=b"), Report(form, STDOUT))


@pytest.mark.parametrize("text", ["", "json", "json=", "=a", "JSON=a", "sarif=a", " json=a"])
def test_anything_else_is_refused_with_all_formats(text: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        asked_reports(["json=a", text])
    assert all(form in refused.value.hint for form in Format)
