"""The JSON Schema of ``techmap-sync.toml``, by which editors complete and check it."""

from __future__ import annotations

import json

from techmap_sync.config import model_with


def settings_schema() -> str:
    """Return what ``make schema`` writes to ``config/``; nothing is required, because every setting has a default."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Made by `make schema`.",
        **model_with().model_json_schema(),
    }
    for table in (schema, *schema["$defs"].values()):
        table.pop("required", None)
    return json.dumps(schema, indent=2) + "\n"
