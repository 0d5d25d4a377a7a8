"""What ``doctor`` found, one line a thing."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from techmap_sync.reports.messages import clean
from techmap_sync.secrecy import harmless
from techmap_sync.syncing.tracker import Finding


def doctor_text(tracker: str, findings: Sequence[Finding]) -> Text:
    """Render what a tracker was looked at for.

    :param tracker: its name, without secrets.
    """
    lines = [Text(clean(tracker), "bold")]
    for finding in findings:
        sign, style = ("ok ", "green") if finding.ok else ("no ", "red")
        lines.append(Text.assemble((f"  {sign} ", style), f"{clean(finding.what)}: {harmless(finding.detail)}"))
    return Text("\n").join(lines)
