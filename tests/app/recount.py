"""Every number of ``status`` again, from the files of a Backlog.md folder alone: nothing of the program is imported.

A folder that was freshly pushed from the same maps says what the maps want today.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BOX = re.compile(r"^(\s*(?:[-*+]|\d+[.)])\s+\[)[xX](\])", re.M)
STATES = ("done", "started", "open", "planned", "dropped")


@dataclass(frozen=True)
class Raw:
    """One file, taken apart with regular expressions."""

    number: str
    front: dict[str, Any]
    in_tasks: bool
    block: str
    marker: dict[str, Any] | None

    @property
    def closed(self) -> bool:
        return not self.in_tasks or self.front["status"] == "Done"

    @property
    def started(self) -> bool:
        return self.front["status"] not in ("To Do", "Done") or bool(BOX.search(self.block))


def digest(text: str) -> str:
    return hashlib.sha256(BOX.sub(r"\1 \2", text.replace("\r\n", "\n")).strip().encode()).hexdigest()[:16]


def read(folder: Path) -> dict[str, Raw]:
    files = [path for place in ("tasks", "completed", "archive/tasks") for path in (folder / place).glob("*.md")]
    return {raw.number: raw for raw in map(read_one, files)}


def read_one(path: Path) -> Raw:
    text = path.read_text(encoding="utf-8")
    _, front, body = text.split("---\n", 2)
    line = re.search(r"^<!-- techmap-sync: (\{.*\}) -->$", body, re.M)
    block = body.partition("<!-- techmap-sync begin -->")[2].partition("<!-- techmap-sync: {")[0]
    marker = json.loads(line[1]) if line else None
    fields = yaml(front)
    return Raw(
        fields["id"], fields, path.parent.name == "tasks" and path.parent.parent.name != "archive", block, marker
    )


def yaml(front: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    name = ""
    for line in front.splitlines():
        item = re.match(r"\s+- '?(.*?)'?$", line)
        if item:
            fields[name] = [*(fields[name] or []), item[1].replace("''", "'")]
            continue
        name, _, value = line.partition(":")
        value = value.strip()
        # Titles with a sign that YAML escapes are in double quotes, as in JSON.
        plain = json.loads(value) if value.startswith('"') else value
        fields[name] = value[1:-1].replace("''", "'") if value.startswith("'") else [] if value == "[]" else plain
    return fields


def sections(raw: Raw) -> dict[str, str]:
    assert raw.marker
    headings = {written[2]: name for name, written in raw.marker["sections"].items() if len(written) > 2}
    found: dict[str, list[str]] = {"": []}
    name = ""
    for line in raw.block.splitlines():
        heading = line.removeprefix("### ") if line.startswith("### ") else ""
        name = headings.pop(heading) if heading in headings else name
        found.setdefault(name, [])
        if not heading or found[name]:
            found[name].append(line)
    return {name: "\n".join(lines).strip("\n") for name, lines in found.items()}


def ledger(files: dict[str, Raw], map_id: str) -> tuple[dict[str, str], set[tuple[str, str]], Raw]:
    (tracking,) = (r for r in files.values() if r.marker and r.marker["map"] == map_id and "ledger" in r.marker)
    assert tracking.marker
    data = tracking.marker["ledger"]
    keys = [f"{map_id}/{short}" for short, _, _ in data["keys"]]
    tickets = {key: number for key, (_, number, _) in zip(keys, data["keys"], strict=True) if number}
    return tickets, {(keys[a], keys[b]) for a, b in data["edges"]}, tracking


def fields_of(raw: Raw) -> dict[str, tuple[str, str, str, str]]:
    """Field -> (what the map said, what was written, what stands there, in full)."""
    assert raw.marker
    marker, texts = raw.marker, sections(raw)
    priorities = [raw.front.get("priority", ""), *labelled(raw)]
    priority = next((each for each in priorities if each != marker["priority"]), marker["priority"])
    milestone = raw.front.get("milestone", "")
    found = {
        "title": (*marker["title"][:2], digest(raw.front["title"]), raw.front["title"]),
        "priority": (marker["priority"], marker["priority"], priority, priority),
        "milestone": (marker["milestone"], marker["milestone"], milestone, milestone),
    }
    for name, written in marker["sections"].items():
        text = texts.get(name, "")
        found[f"§{name}"] = (written[0], written[1], digest(text) if text.strip() else "", text)
    return found


def labelled(raw: Raw) -> list[str]:
    return [label.removeprefix("priority:") for label in raw.front["labels"] if label.startswith("priority:")]


def quarrel(raw: Raw, wanted: Raw | None) -> tuple[bool, bool]:
    """Whether a ticket drifted, and whether it is in conflict."""
    if raw.closed or wanted is None:
        return False, False
    today = fields_of(wanted)
    drifted = conflict = False
    for name, (values, written, there, text) in fields_of(raw).items():
        new_values, _, new, new_text = today.get(name, ("", "", "", ""))
        by_human, by_map = there != written, new_values != values
        drifted |= by_human and not by_map
        conflict |= by_human and by_map and digest(text) != digest(new_text) and there != new
    return drifted, conflict


def recount(folder: Path, fresh: Path, map_id: str) -> dict[str, Any]:
    """All numbers of one map."""
    files, wanted = read(folder), read(fresh)
    known, edges, tracking = ledger(files, map_id)
    asked, asked_edges, fresh_tracking = ledger(wanted, map_id)
    held = {r.marker["key"]: r for r in files.values() if r.marker and r.marker["map"] == map_id and r is not tracking}
    observed = {(k, o) for k, r in held.items() for o in held if held[o].number in waits(r)}
    pending = {edge for edge in asked_edges - edges - observed if set(edge) <= held.keys()}
    phases = {
        phase: dict.fromkeys((*STATES, "blocked", "drifted", "conflicts"), 0) for phase in ("build", "test", "deploy")
    }
    for key in {*known, *asked, *held}:
        numbers = phases[{"test": "test", "deployment": "deploy"}.get(key.split("/")[1], "build")]
        raw = held.get(key)
        numbers[state(raw, key, known)] += 1
        if raw is not None:
            targets = [held[b] for a, b in pending if a == key] + [files[n] for n in waits(raw) if n in files]
            managed = [each for each in targets if each.marker]
            numbers["blocked"] += not raw.closed and any(not each.closed for each in managed)
            drifted, conflict = quarrel(raw, wanted.get(asked.get(key, "")))
            numbers["drifted"] += drifted
            numbers["conflicts"] += conflict
    of_tracking = quarrel(tracking, fresh_tracking)
    total = {name: sum(numbers[name] for numbers in phases.values()) for name in phases["build"]}
    total["drifted"] += of_tracking[0]
    total["conflicts"] += of_tracking[1]
    return {"counts": with_total(total), "phases": {phase: with_total(numbers) for phase, numbers in phases.items()}}


def waits(raw: Raw) -> set[str]:
    return {number.upper() for number in raw.front.get("dependencies") or []}


def state(raw: Raw | None, key: str, known: dict[str, str]) -> str:
    if raw is None:
        return "dropped" if key in known else "planned"
    if raw.closed:
        return "done"
    return "started" if raw.started else "open"


def with_total(numbers: dict[str, int]) -> dict[str, int]:
    return {"total": sum(numbers[name] for name in STATES if name != "dropped"), **numbers}
