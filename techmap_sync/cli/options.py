"""The flags of the command line; each one once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from techmap_sync.app.checking import CheckFormat
from techmap_sync.app.formats import Exit, Format, StatusFormat
from techmap_sync.ci_run import Deed
from techmap_sync.registry import built_in


class ShowFormat(StrEnum):
    """How one map is shown."""

    TEXT = "text"
    JSON = "json"


class FailOn(StrEnum):
    """What makes a CI job fail besides a wrong configuration and a tracker that fails; each includes those before."""

    NEVER = "never"
    PROBLEMS = "problems"
    """A map has errors, or a guard refused."""
    CONFLICTS = "conflicts"
    """A field was changed by the map and by a human; then nothing is written."""
    CHANGES = "changes"
    """Changes are pending."""

    @property
    def refuses_conflicts(self) -> bool:
        """Whether a conflict keeps everything from being written."""
        return self in (FailOn.CONFLICTS, FailOn.CHANGES)

    def fails(self, code: Exit) -> bool:
        """Say whether a job that ended so has failed."""
        match code:
            case Exit.PROBLEMS | Exit.REFUSED:
                return self is not FailOn.NEVER
            case Exit.PENDING:
                return self is FailOn.CHANGES
            case _:
                return code is not Exit.DONE


Paths = Annotated[list[str] | None, typer.Argument(help="Maps, folders or globs. Default: the setting `maps`.")]
OneMap = Annotated[str, typer.Argument(help="One map.", metavar="MAP")]
_TARGETS = ", ".join(sorted(kind.way_to_write_it for kind in built_in().values()))
To = Annotated[str | None, typer.Option(help=f"Tracker and target: {_TARGETS}.")]
WhereTo = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar=f"[{'|'.join(built_in())}]",
        help="Where the tickets go. Default: where the repository was cloned from.",
    ),
]
ApiUrl = Annotated[str | None, typer.Option(help="Address of the tracker's API, for a server of your own.")]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="Settings file. Default: the nearest techmap-sync.toml.")
]
Adopted = Annotated[
    list[str] | None,
    typer.Option("--adopted", metavar="NUMBER", help="A ticket that is ours whoever wrote it, instead of the setting."),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How the result is written.")]
ShowFormatOption = Annotated[ShowFormat, typer.Option("--format", help="How the result is written.")]
StatusFormatOption = Annotated[StatusFormat, typer.Option("--format", help="How the result is written.")]
ResultFile = Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="The file to write, or - for stdout.")]
Reports = Annotated[
    list[str] | None,
    typer.Option("--report", metavar="FORMAT=FILE", help="Also write the result to a file, or to - for stdout."),
]
CheckFormatOption = Annotated[CheckFormat, typer.Option("--format", help="How the result is written.")]
Explain = Annotated[str | None, typer.Option(metavar="RULE", help="Say what a rule is about, and check nothing.")]
Feature = Annotated[str, typer.Argument(help="What the map is about.", metavar="NAME")]
Output = Annotated[Path | None, typer.Option("--output", help="The file to write. Default: named after the feature.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Only results and errors.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Also name links and files that were passed over.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colour, as under NO_COLOR.")]
RequireApproved = Annotated[bool, typer.Option(help="Exit 1 when a map is not approved yet.")]
ExitCode = Annotated[bool, typer.Option("--exit-code", help="Exit 3 when changes are pending.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 4 when there is a conflict, and write nothing.")]
Out = Annotated[Path | None, typer.Option("--out", help="Also write the plan to this file, for push --plan.")]
PlanFile = Annotated[Path | None, typer.Option("--plan", help="Write just what this reviewed plan shows.")]
Comment = Annotated[
    bool,
    typer.Option("--comment", help="In a CI run about a pull or merge request, keep the plan as one comment there."),
]
MaxWrites = Annotated[int | None, typer.Option(min=1, help="Stop after so many changes; the next run goes on.")]
ShardOption = Annotated[
    str | None,
    typer.Option(
        "--shard", metavar="I/N", help="The I-th of N runs that share the maps. Default: CI_NODE_INDEX/CI_NODE_TOTAL."
    ),
]
Jobs = Annotated[int | None, typer.Option(help="Processes that read many maps side by side; 0: all cores, 1: none.")]
ReportOnly = Annotated[bool, typer.Option("--report-only", help="Write nothing; exit 3 when something drifted.")]
Retire = Annotated[list[str] | None, typer.Option(help="Let go the tickets of a map whose file is gone: its id.")]
Command = Annotated[Deed | None, typer.Option(help="What to do, instead of what the event asks for.")]
PathLines = Annotated[
    str, typer.Option("--paths", help="Maps, folders or globs, one a line. Default: the setting `maps`.")
]
FailOnOption = Annotated[FailOn, typer.Option(help="What makes the job fail; each includes those before it.")]
Resolve = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SIDE KEY",
        help="Settle what people and the map say differently of one ticket: map KEY or tracker KEY. May be repeated.",
    ),
]
Recreate = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY", help="Create a deleted or released ticket again. May be repeated."),
]
Rebind = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=NUMBER",
        help="Bind a task to the ticket whose text people replaced; their text stays below. May be repeated.",
    ),
]
Allow = Annotated[
    list[str] | None,
    typer.Option(help="Lift guards: creates, updates, retitles, closes, older, gone, branch, exists, uncommitted."),
]
Refresh = Annotated[bool, typer.Option("--refresh", help="Also write what only templates changed.")]
AcceptSettings = Annotated[
    bool, typer.Option("--accept-settings", help="Let tickets go whose task only settings took away.")
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite what is there.")]
