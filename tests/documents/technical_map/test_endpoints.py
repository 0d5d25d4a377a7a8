"""What is said of an endpoint belongs to it (docs/map-format.md, "Items")."""

from __future__ import annotations

import pytest

from techmap_sync.documents.work import Item
from tests.documents.maps import body

FORMS = {
    "labels": "**POST /login**:\n- starts\n\n**{}**:\n- {}\n\n**Errors**:\n- 401\n\n**GET /me**:\n- x\n",
    "headings": "#### POST /login\nstarts\n\n#### {}\n{}\n\n#### Errors\n401\n\n#### `GET /me`\nx\n",
    "bullets": "- `POST /login`\n- {}: {}\n- Errors: 401\n- `GET /me`\n",
    "code": "`POST /login`\n\n{}:\n```json\n{}\n```\n\nErrors:\n```\n401\n```\n\n`GET /me` shows it\n",
    "named groups": "**Login**:\n- `POST /login`\n\n**{}**:\n- {}\n\n**Errors**:\n- 401\n\n**Me** (`GET /me`):\n- x\n",
    "requests as code": "#### POST /login\nx\n\n#### {}\n```\nPOST /login {}\n```\n\n#### Errors\n401\n\n#### /me\n",
    "paths": "#### /login\nstarts\n\n#### {}\n{}\n\n#### Errors\n401\n\n#### /me\nx\n",
}
PARTS = ["Request", "Response", "Request Body", "Parameters", "Antwort", "Réponse", "Respuesta", "请求"]


def endpoints(text: str) -> tuple[Item, ...]:
    (only,) = body(f"## Integration Points\n\n### API Changes\n{text}").changes
    return only.items


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("part", PARTS)
def test_a_group_without_an_endpoint_belongs_to_the_one_above(form: str, part: str) -> None:
    first, second = endpoints(form.format(part, "teapot"))
    assert part in first.detail
    assert "teapot" in first.detail
    assert "401" in first.detail
    assert "me" in second.title
    assert "teapot" not in second.detail


def test_a_group_before_any_endpoint_is_an_item() -> None:
    found = endpoints("**Versioning**:\n- a header\n\n**GET /me**:\n- x\n")
    assert [item.title for item in found] == ["Versioning", "GET /me"]


def test_a_bullet_of_other_words_is_an_item() -> None:
    found = endpoints("- `GET /me`\n- Old clients are told to update\n")
    assert [item.title for item in found] == ["GET /me", "Old clients are told to update"]


def test_other_changes_have_no_endpoints() -> None:
    (only,) = body("## Integration Points\n\n### Database Changes\n- `GET /x`\n- Request: y\n").changes
    assert len(only.items) == len(("GET /x", "Request: y"))
