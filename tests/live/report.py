"""What a live run saw, as a page of Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from techmap_sync import __version__
from techmap_sync.secrecy import harmless, hidden
from tests.live.contract_run import Results
from tests.live.pushes import Example, Push
from tests.live.scratch import Cleaned, Found
from tests.live.traffic import Count


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a run saw."""

    target: str
    server: str
    began: datetime
    ended: datetime
    contract: Results
    sent_for_contract: Count
    late: int
    examples: Sequence[Example]
    cleaned: Cleaned
    left: Sequence[Found]
    """What is in the repository at the end, other than what was closed and emptied."""
    problem: str = ""
    """What ended the run early."""

    @property
    def is_good(self) -> bool:
        """Whether everything passed and the repository is as it was."""
        clean = not self.cleaned.failures and not self.left
        pushed = bool(self.examples) and all(example.is_good for example in self.examples)
        return self.contract.are_good and pushed and clean and not self.problem


def page(seen: Seen) -> str:
    """Return the report; no secret is in it."""
    return hidden("\n".join([*_head(seen), *_contract(seen), *_examples(seen.examples), *_cleaned(seen), ""]))


def _head(seen: Seen) -> Iterator[str]:
    minutes = (seen.ended - seen.began).total_seconds() / 60
    yield f"# Live run on {seen.target}: {'good' if seen.is_good else 'NOT GOOD'}\n"
    yield f"{seen.server}, techmap-sync {__version__}, {seen.began:%Y-%m-%d %H:%M %Z}, {minutes:.0f} min\n"
    if seen.problem:
        yield f"Ended early: {harmless(seen.problem)}\n"


def _contract(seen: Seen) -> Iterator[str]:
    results, sent = seen.contract, seen.sent_for_contract
    skipped = results.skipped.total()
    yield "## Contract\n"
    yield "| passed | failed | skipped | reads | writes |\n|---|---|---|---|---|"
    yield f"| {results.passed} | {len(results.failed)} | {skipped} | {sent.reads} | {sent.writes} |\n"
    yield from (f"- failed: `{name}`: {harmless(message)}" for name, message in results.failed)
    yield from (f"- skipped {times}: {harmless(reason)}" for reason, times in sorted(results.skipped.items()))
    if seen.late:
        yield f"- lists that lacked what had just been written, and were read again: {seen.late}"
    if not results.is_whole:
        yield "- interrupted: not all tests ran"
    yield ""


def _examples(examples: Sequence[Example]) -> Iterator[str]:
    yield "## Examples\n"
    yield "| example | tickets | reads | writes | reads, again | writes, again | |\n|---|---|---|---|---|---|---|"
    for each in examples:
        counts = (each.first.tickets, each.first.sent.reads, each.first.sent.writes)
        again = (each.second.sent.reads, each.second.sent.writes)
        cells = (each.name, *counts, *again, "good" if each.is_good else "NOT GOOD")
        yield f"| {' | '.join(map(str, cells))} |"
    yield ""
    for each in examples:
        yield from _failure(f"{each.name}, first push", each.first)
        yield from _failure(f"{each.name}, second push", each.second)


def _failure(name: str, push: Push) -> Iterator[str]:
    if push.code:
        yield f"- {name} ended with exit code {push.code}: {harmless(' '.join(push.said.split()))}"


def _cleaned(seen: Seen) -> Iterator[str]:
    cleaned = seen.cleaned
    yield "## Cleaned up\n"
    yield f"- deleted: {cleaned.deleted} issues, {cleaned.labels} labels, {cleaned.milestones} milestones"
    if cleaned.emptied:
        yield f"- closed and emptied, because the account may not delete: {cleaned.emptied} issues"
    yield from (f"- not done: {harmless(failure)}" for failure in cleaned.failures)
    yield from (f"- left: #{each.number} {harmless(each.title)!r} by {each.author}" for each in seen.left)
