"""Random histories of a map, of people and of pushes: whatever happens, nothing is doubled and no human work is lost.

``make states STEPS=100000`` runs a long one; CI runs a short one.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.changes import Action, Change
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.trackers.backlog.tracker import BacklogTracker, connect
from techmap_sync.trackers.connection import Connection
from tests.fakes.clock import Clock
from tests.sync.histories import Steps
from tests.sync.people import FolderHands
from tests.sync.scene import FREE, RECONCILE, REFRESH, Scene

BY_HAND = [FREE, REFRESH, replace(FREE, accept_settings=True)]


class Histories(Steps):
    """One map, one tracker, and the program, held to what it promises."""

    def push_on_merge(self) -> None:
        self.scene.push(FREE)

    @rule()
    def push_by_merge(self) -> None:
        self.push_on_merge()

    @rule(policy=st.sampled_from(BY_HAND))
    def push_by_hand(self, policy: SyncPolicy) -> None:
        self.scene.push(policy)

    @rule()
    def reconcile_by_schedule(self) -> None:
        self.scene.push(RECONCILE)

    @rule(data=st.data())
    def push_makes_a_deleted_ticket_again(self, data: st.DataObject) -> None:
        if self.scene.choices.deleted:
            self.scene.recreate(data.draw(st.sampled_from(sorted(self.scene.choices.deleted))))

    @rule()
    def push_loses_no_tracking_ticket_for_good(self) -> None:
        self.scene.recreate_tracking()

    @rule()
    def templates_alone_rewrite_nothing(self) -> None:
        self.scene.push(FREE)
        self.author.template = "" if self.author.template else "In short:\n\n"
        changes = self.scene.planned(FREE)
        assert not changes.writes, [(c.action, c.key, c.fields) for c in changes.writes]

    @rule(hidden=st.sampled_from(["component", "test"]))
    def settings_alone_close_nothing(self, hidden: str) -> None:
        self.scene.push(FREE)
        if not self.author.retired:
            self.author.hidden = frozenset({hidden})  # type: ignore[arg-type]
            assert Action.CLOSE not in {change.action for change in self.tasks_changes(self.scene.planned(FREE))}

    def tasks_changes(self, changes: ChangeSet) -> list[Change]:
        finished = {spec.key for spec in self.author.plan().tasks if spec.done}
        return [c for c in changes.writes if not c.key.endswith("/map") and c.key not in finished]

    @invariant()
    def no_two_open_tickets_of_ours_have_one_key(self) -> None:
        self.scene.no_two_open_tickets_of_ours_have_one_key()

    @invariant()
    def human_text_and_choices_are_still_there(self) -> None:
        self.scene.human_text_and_choices_are_still_there()


class FolderScene(Scene):
    """Real files, to which each run of the program connects anew."""

    @classmethod
    def in_folder(cls, root: Path) -> FolderScene:
        """Return an empty one."""
        return cls(_connected(root), FolderHands(root))

    def planned(self, policy: SyncPolicy) -> ChangeSet:
        assert isinstance(self.hands, FolderHands)
        self.tracker = _connected(self.hands.folder)
        return super().planned(policy)


def _connected(root: Path) -> BacklogTracker:
    return connect(Connection(str(root), Clock(), timeout=30))


class FolderHistories(Histories):
    """The same with real files."""

    def first_scene(self) -> Scene:
        self.folder = tempfile.TemporaryDirectory()
        return FolderScene.in_folder(Path(self.folder.name) / "backlog")

    def teardown(self) -> None:
        self.folder.cleanup()


STEPS = int(os.environ.get("STEPS", "1200"))
LENGTH = 40
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=max(1, STEPS // LENGTH), stateful_step_count=LENGTH, deadline=None, suppress_health_check=QUIET
)
TestFolderHistories = FolderHistories.TestCase
TestFolderHistories.settings = settings(
    max_examples=max(1, STEPS // LENGTH // 8), stateful_step_count=LENGTH, deadline=None, suppress_health_check=QUIET
)
