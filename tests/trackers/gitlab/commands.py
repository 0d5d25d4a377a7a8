"""Texts with a line that GitLab may run as a quick action, by which servers run it."""

from __future__ import annotations

BOTH = {
    "a plain line": "Purpose\n/close\nmore",
    "the first line": "/close",
    "upper case": "text\n\n/CLOSE\n",
    "with an argument": "text\n\n/label ~bug\n",
    "carriage returns": "text\r\n/close\r\nmore\r\n",
    "behind a blank line": "text\n\n/title Another\n\nmore",
}
OLDER = {
    "behind a list item": "- item\n/close\n",
    "a fence of tildes": "~~~\n/close\n~~~\n",
    "a fence that is never closed": "```\n/close\n",
    "a fence whose closing line has more on it": "```\n/close\n``` x\n",
    "a comment of several lines": "<!--\n/close\n-->\n",
    "details with the summary on the same line": "<details><summary>x</summary>\n/close\n</details>\n",
}
NEWER = {
    "with inline code further down": "text `a`\n\n/close\nand `b`\n",
    "between blank lines inside details": "<details>\n\n/close\n\n</details>\n",
}
HARMLESS = {
    "a leading space": "text\n /close",
    "a backslash": "text\n\\/close",
    "a closed fence": "```\n/close\n```",
    "a quote": "> /close",
    "indented code": "text\n\n    /close",
    "a path": "text\n/etc/passwd\n/api/v4/close",
}
