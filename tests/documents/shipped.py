"""The words that the program ships."""

from __future__ import annotations

import tomllib
from pathlib import Path

from techmap_sync.documents.technical_map.vocabulary import Vocabulary

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "corpus"
VOCABULARY = Vocabulary.from_tables(
    tomllib.loads((ROOT / "config" / "defaults.toml").read_text(encoding="utf-8"))["vocabulary"]
)
