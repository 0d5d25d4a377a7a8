"""``ci --pull pull-request``: ticks come back as one pull or merge request, never as a commit on the default branch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from techmap_sync.app.ci_event import ci_run, names_of_cis
from techmap_sync.app.credentials import login_of_ci
from techmap_sync.app.merge_gate import is_about, side_branch
from techmap_sync.app.pull_ticks import plan_pull
from techmap_sync.app.targets import connection_to
from techmap_sync.checkout import Checkout, checkout_around
from techmap_sync.ci_run import CiCommand, CiEvent
from techmap_sync.errors import UsageProblem
from techmap_sync.programs import environment
from techmap_sync.registry import home, kind_named
from techmap_sync.reports.pull_report import Pulled, PulledFile, pull_markdown, pull_title
from techmap_sync.settings import Settings
from techmap_sync.sync.review import BRANCH, Done, Kept, NewContent, Wanted, keep_proposal

_WRITING = (CiCommand.PUSH, CiCommand.RECONCILE)
NOT_AS_COMMITTED = "no ticks are proposed for it: its text is not committed, or git stores it in another form"


def propose_ticks(settings: Settings, checkout: Checkout, event: CiEvent) -> tuple[str, ...]:
    """Open or update the pull request that ticks what completed tickets are about; return what was done and why not.

    Nothing is sent where nothing changes. The token is that of the CI's own repository, which holds the documents.

    :raises UsageProblem: no CI with pull or merge requests runs this, or there is no token.
    :raises TrackerError: a server refused or did not answer.
    """
    if why := _hindrance(settings, checkout, event):
        return (f"No ticks were proposed: {why}.",)
    pulled = plan_pull([], settings, checkout).pulled
    proposable = tuple(_proposable(pulled, checkout))
    files = tuple(content for content, _ in proposable)
    left = tuple(f"{file.path}: {NOT_AS_COMMITTED}." for file in pulled.files if file not in [f for _, f in proposable])
    if not files:
        return left
    run, (name, target) = ci_run(environment()), home(environment())
    assert run is not None
    kind = kind_named(name)
    login = login_of_ci(kind, environment())
    if not login:
        raise UsageProblem(
            f"no token for {kind.title}, so no ticks were proposed", "give the job one, or leave pull out"
        )
    proposals = kind.proposals_at(connection_to(kind.name, target, settings, checkout, login))
    shown = Pulled(pulled.tracker, tuple(file for _, file in proposable))
    wanted = Wanted(files, checkout.commit, run.branch, pull_title(shown), pull_markdown(shown))
    return (*left, *_said(keep_proposal(proposals, wanted), proposals.title))


def _hindrance(settings: Settings, checkout: Checkout, event: CiEvent) -> str:
    """Return why nothing may be proposed in this run; empty when it may."""
    run = ci_run(environment())
    if run is None:
        raise UsageProblem(f"--pull needs a run of {names_of_cis()}", "use pull --write, and commit yourself")
    if settings.doubt:
        return settings.doubt
    if event.review is not None or event.forked or not run.is_on_default_branch:
        return f"this is {run.what}"
    if event.command not in _WRITING:
        return f"{event.command} writes nothing"
    if not is_about(run, checkout):
        return "the checkout is another repository than the one whose job runs"
    aside = side_branch(checkout, environment())
    return f"this is {aside.what}" if aside else ""


def _proposable(pulled: Pulled, checkout: Checkout) -> Iterator[tuple[NewContent, PulledFile]]:
    """Yield the files of this repository that a commit holds byte for byte as they are here."""
    inside = {
        _full(file): file for file in pulled.files if checkout_around(_full(file), checkout).root == checkout.root
    }
    stored = checkout.stored_exactly({place: file.before for place, file in inside.items()})
    for place, (path, is_executable) in stored.items():
        yield NewContent(path, inside[place].after, is_executable), inside[place]


def _full(file: PulledFile) -> Path:
    return file.place.resolve()


def _said(kept: Kept, title: str) -> Iterator[str]:
    """Yield what became of the request, for readers of the report."""
    known = kept.proposal
    name = f"{title.capitalize()} {known.number}{f' ({known.url})' if known.url else ''}" if known else ""
    match kept.done:
        case Done.OPENED:
            yield f"{name} was opened: it ticks what completed tickets are about."
        case Done.UPDATED:
            yield f"{name} was updated: it ticks what completed tickets are about."
        case Done.UNCHANGED:
            yield f"{name} ticks what completed tickets are about; it is as it was."
        case Done.DECLINED:
            yield f"{name} was closed without merging, so its ticks are not proposed again."
        case Done.TAKEN:
            yield (
                f"The branch {BRANCH} holds commits that are not ours, so it stays as it is"
                f"{f', and so does {name}' if name else ''}: merge or delete it, and the next run proposes the ticks."
            )
