"""Notes of merge requests ("Notes API")."""

from __future__ import annotations

from datetime import datetime

from tests.simulators.gitlab import paging, quick_actions
from tests.simulators.gitlab.entities import Entities
from tests.simulators.gitlab.exchange import Refusal, Reply, Request
from tests.simulators.gitlab.world import Note, World

_LIMIT = 1_000_000


class NoteRoom:
    """Lists, writes and changes notes, and runs the quick actions in their texts."""

    def __init__(self, world: World, entities: Entities) -> None:
        self._world = world
        self._entities = entities

    def listing(self, request: Request, number: int) -> Reply:
        request.check_names(query="sort order_by page per_page")
        notes = self._notes(number)
        rows = notes if request.single.get("sort") == "asc" else notes[::-1]
        page = paging.numbered([self._entities.note(note, number) for note in rows], request.single, request.url)
        return Reply(200, page.rows, page.headers)

    def create(self, request: Request, number: int) -> Reply:
        assert request.token
        notes, text = self._notes(number), self._text(request)
        note = Note(9000 + sum(map(len, self._world.merge_requests.values())), text, request.token.user, self._now)
        notes.append(note)
        return Reply(201, self._entities.note(note, number))

    def update(self, request: Request, number: int, note_id: int) -> Reply:
        assert request.token
        note = next((note for note in self._notes(number) if note.id == note_id), None)
        if note is None:
            raise Refusal(404, "404 Note Not Found")
        if note.author != request.token.user:
            raise Refusal(403, "403 Forbidden")
        note.body = self._text(request)
        return Reply(200, self._entities.note(note, number))

    @property
    def _now(self) -> datetime:
        return self._world.clock()

    def _notes(self, number: int) -> list[Note]:
        if number not in self._world.merge_requests:
            raise Refusal(404, "404 Not found")
        return self._world.merge_requests[number]

    def _text(self, request: Request) -> str:
        request.check_names(data="body")
        text = request.data.get("body", "")
        if not text.strip() or len(text) > _LIMIT:
            raise Refusal(400, {"note": ["is too long or blank"]})
        ran = self._world.executed
        return quick_actions.extract(
            text,
            lambda name, argument: ran.append(f"/{name} {argument}".strip()),
            paragraphs_only=self._world.paragraphs_only,
        )
