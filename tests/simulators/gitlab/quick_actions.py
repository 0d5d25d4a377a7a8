"""Quick actions in descriptions, found as GitLab finds them.

Older servers search the whole text by a regular expression (``lib/gitlab/quick_actions/extractor.rb``);
newer ones search the paragraphs on the top level of the Markdown (``lib/banzai/filter/quick_action_filter.rb``).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from marko import Markdown
from marko.block import Paragraph

_NAMES = (
    "assign|award|board_move|clone|close|confidential|convert_to_task|copy_metadata|create_merge_request|done|due|"
    "duplicate|estimate|labels|label|link|lock|milestone|move|parent|promote_to|reassign|relabel|relate|"
    "remove_due_date|remove_estimate|remove_milestone|remove_time_spent|reopen|severity|shrug|spend_time|spend|spent|"
    "subscribe|tableflip|tag|title|todo|type|unassign|unlabel|unlink|unlock|unsubscribe|weight|zoom"
)
_COMMAND = rf"^/(?P<name>{_NAMES})(?:[ ](?P<argument>[^\n]*))?(?:\s*\n|$)"
_FLAGS = re.MULTILINE | re.DOTALL | re.IGNORECASE
_IN_PARAGRAPH = re.compile(_COMMAND, _FLAGS)
# What the older extractor passes over: fences, inline code on lines of its own, HTML blocks, quote blocks.
_IN_TEXT = re.compile(
    r"^```.+?\n```$|^.*`\n*.+?\n*`$|^<[^>]+?>\n.+?\n</[^>]+?>$|^>>>.+?\n>>>$|" + _COMMAND,
    _FLAGS,
)
# Ruby's String#rstrip.
_STRIPPED = "\0\t\n\v\f\r "

Run = Callable[[str, str], None]
"""Called with name and argument of each command."""


def extract(text: str, run: Run, *, paragraphs_only: bool) -> str:
    """Run all commands of a description and return what is stored of it."""
    text = text.replace("\r", "")
    text = _from_paragraphs(text, run) if paragraphs_only else _cut(_IN_TEXT, text, run)
    return text.rstrip(_STRIPPED)


def _cut(pattern: re.Pattern[str], text: str, run: Run) -> str:
    def cut(match: re.Match[str]) -> str:
        if match["name"] is None:
            return match[0]
        run(match["name"].lower(), match["argument"] or "")
        return ""

    return pattern.sub(cut, text)


def _from_paragraphs(text: str, run: Run) -> str:
    if not _IN_PARAGRAPH.search(text):
        return text
    lines = [f"{line}\n" for line in text.split("\n")]
    for start, end in reversed(_paragraphs(text)):
        behind = end + 1 if lines[end : end + 1] == ["\n"] else end
        lines[start:behind] = [_cut(_IN_PARAGRAPH, "".join(lines[start:behind]), run)]
    return "".join(lines)


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Return the first line of each paragraph on the top level, and the one behind its last."""
    found = []
    for node in Markdown(extensions=["gfm"]).parse(text).children:
        if isinstance(node, Paragraph) and node.source_span:
            first, end = node.source_span
            found.append((text.count("\n", 0, first), text.count("\n", 0, end) + (text[end - 1] != "\n")))
    return found
