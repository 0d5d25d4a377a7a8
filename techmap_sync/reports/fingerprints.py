"""Fingerprints of diagnostics that hold no line number, so that a finding stays itself when text moves."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

from techmap_sync.diagnostics import CheckedFile, Diagnostic


def fingerprints(files: Sequence[CheckedFile]) -> Iterator[tuple[CheckedFile, Diagnostic, str]]:
    """Yield every diagnostic with a fingerprint that no other one has.

    It is made of rule, path, message and source line; equal ones are told apart by their order.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    for file in files:
        for found in file.diagnostics:
            said = (found.rule.id, file.path, found.message, file.line(found.span.line).strip())
            seen[said] += 1
            text = "\0".join((*said, str(seen[said])))
            yield file, found, hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()
