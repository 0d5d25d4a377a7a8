"""The workflow that ``init`` writes."""

from __future__ import annotations

from techmap_sync import __version__
from techmap_sync.registry import Start

WORKFLOW = ".github/workflows/techmap-sync.yml"
ACTION = "https://github.com/techmap-sync/techmap-sync"
TAG = f"v{__version__}"
HOW_TO_PIN = f"to pin the commit: git ls-remote {ACTION} {TAG}"
# https://github.blog/changelog/2026-05-07-github-actions-concurrency-groups-now-allow-larger-queues
_QUEUED = {"@QUEUED@": " All that wait get their turn.", "@QUEUE@": "\n  queue: max"}
_REPLACED = {"@QUEUED@": " Of those that wait the newest alone remains, and pushes for all.", "@QUEUE@": ""}


def workflow(start: Start) -> tuple[dict[str, str], str]:
    """Return the workflow, with its action pinned where the commit can be found out."""
    commit = start.commit_of_tag(ACTION, TAG)
    pin = f"{commit} # {TAG}" if commit else f"{TAG} # {HOW_TO_PIN}"
    text = start.fill("github-workflow.yml", {"@PIN@": pin, **(_QUEUED if start.host == "github.com" else _REPLACED)})
    remark = f"{WORKFLOW} names the tag {TAG}, because its commit could not be found out; {HOW_TO_PIN}"
    return {WORKFLOW: text}, "" if commit else remark
