"""What GitHub and GitLab read as a reference in visible text, and how each is put out.

Sources. GitHub: docs "Autolinked references and URLs" and "Mentioning people and teams"; ``MentionPattern`` of
html-pipeline. GitLab: ``reference_pattern`` of User, Issue, MergeRequest, Epic, Milestone, Label, Snippet and alerts,
``lib/banzai/filter/references``, and "GitLab-specific references" in its docs.

The zero width space U+200B goes between the sign and the name: neither platform's pattern reaches over it. Backslashes
and entities (``\\@``, ``&#64;``) are no use, GitHub looks for mentions after Markdown is rendered (github/markup#1168);
a code span or a tag would change how the text looks. Dependabot and Renovate rely on the same character in public
pull requests. The word joiner U+2060 works as well, but several fonts and terminals draw it. As it stands beside the
sign, not within the name, a search still finds the name.

Commit hashes are left alone: the link is useful, nobody is notified, and a hash must be copied whole.
"""

from __future__ import annotations

import html
import re
from urllib.parse import quote, unquote

from techmap_sync.planning.neutralize_tokens import ADDRESS, HIDING, TAG

ZERO_WIDTH_SPACE = "\u200b"

# A digit may be written as an entity.
_NUMBER = r"(?=\d|&\#0*(?:4[89]|5[0-7]|[xX]0*3\d);)"
_KINDS = (
    "issues|incidents?|pulls?|discussions|merge_requests|work_items|epics|milestones|iterations|snippets"
    "|alert_management|vulnerabilities"
)
_NUMBER_IN_ADDRESS = re.compile(rf"(/(?:{_KINDS})/)(?=\d|%3\d)", re.IGNORECASE)
_REFERENCE = re.compile(
    rf"""
      \\\\ | \\&(?!\d)                   # escaped: no escape, and no entity, begins with the second character
    | &(?:\#\d{{1,7}}|\#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,31}});
    | (?<![A-Za-z0-9]) @ (?=[\w.&]|\\[_.]|\Z)  # a person, a team, a group; no mail address
    | [\#!$&] {_NUMBER}                    # issue, merge request, snippet, epic
    | & (?=\#[xX][0-9a-fA-F])              # an entity that only HTML blocks know: without a semicolon
    | % (?=[\w"{{]|&quot|\\")              # milestone; placeholder
    | ~ (?=[A-Za-z0-9"]|\\")               # label
    | \[ (?=\\?\[ | (?!https?:)[A-Za-z_]+:)  # [[_TOC_]], [vulnerability:1]
    | \* (?=iteration:)
    | \b (?i:GH|GL) \\? - {_NUMBER}
    | (?i:\bhttps?) (?=\\:|:\\|:/\\)       # an address behind backslashes
    | (?i:/(?:{_KINDS})/) (?=\d|%3\d)
    """,
    re.VERBOSE,
)
_LINK_ATTRIBUTE = re.compile(r"""(\s(?:href|src)\s*+=\s*+)("[^"]*"|'[^']*'|[^\s"'>]++)""", re.I)
_MARKER_COMMENT = re.compile(r"<(?=!--.*techmap-sync)", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
URL_CHARACTERS = "/:?#@!$&'*+,;=%~"


def shield(text: str) -> str:
    """Return text whose references are put out, with nothing else changed."""
    return _REFERENCE.sub(_put_out, text)


def _put_out(match: re.Match[str]) -> str:
    found = match[0]
    following = match.string[match.end() : match.end() + 1]
    is_entity = found[0] == "&" and found[-1] == ";"
    harmless = found[0] == "\\" or (is_entity and not _spells_reference(found, following))
    return found if harmless else found + ZERO_WIDTH_SPACE


def _spells_reference(entity: str, following: str) -> bool:
    """Say whether an entity stands for a character that a reference may be made of."""
    character = html.unescape(entity)
    if character == "&":
        return following.isdigit()
    is_sign = len(character) == 1 and "!" <= character <= "~" and character not in "<>\"'`"
    return is_sign and following != ZERO_WIDTH_SPACE


def show_hidden(text: str) -> str:
    """Return text in which nothing hides what follows: comments, declarations, scripts and their like are spelled."""
    return HIDING.sub(f"<{ZERO_WIDTH_SPACE}", text)


def code(text: str) -> str:
    """Return code as it is; only a marker of ours that somebody quotes there must not be taken for one."""
    return _MARKER_COMMENT.sub(f"<{ZERO_WIDTH_SPACE}", text) if "techmap-sync" in text.casefold() else text


def doubtful(text: str) -> str:
    """Put out the references in what is code to some readers and text or HTML to others."""
    pieces, last = [], 0
    for found in TAG.finditer(text):
        pieces += [shield(text[last : found.start()]), tag(found[0])]
        last = found.end()
    return show_hidden("".join((*pieces, shield(text[last:]))))


def tag(text: str) -> str:
    """Put out the references in the links of an HTML tag."""
    return _LINK_ATTRIBUTE.sub(_link_attribute, text)


def _link_attribute(match: re.Match[str]) -> str:
    mark = match[2][0] if match[2][0] in "\"'" else ""
    return f"{match[1]}{mark}{destination(match[2].strip(mark))}{mark}"


def destination(text: str) -> str:
    """Put out the reference that a link's destination makes.

    GitLab follows each ``href`` that is a reference or the address of a ticket, however it is escaped
    (``AbstractReferenceFilter#call``); GitHub follows addresses.
    """
    plain = unquote(_ESCAPE.sub(r"\1", html.unescape(text)))
    if not re.match(r"https?://", plain, re.I):
        safe = shield(text)
        hidden = safe == text and shield(plain) != plain and not text.startswith(ZERO_WIDTH_SPACE)
        return ZERO_WIDTH_SPACE + safe if hidden else safe
    if _NUMBER_IN_ADDRESS.search(plain):
        text = detour(text if _NUMBER_IN_ADDRESS.search(text) else quote(plain, safe=URL_CHARACTERS))
    # Where the brackets turn out to be no link, both platforms still make a link of a plain address.
    address = ADDRESS.match(text, text.find("//") + 2)
    end = address.end() if address else 0
    return text[:end] + shield(text[end:])


def names_ticket(address: str) -> bool:
    """Say whether this is the address of a ticket, a merge request or the like, on any host."""
    plain = unquote(address)
    return re.match(r"https?://|www\.", plain, re.I) is not None and _NUMBER_IN_ADDRESS.search(plain) is not None


def detour(address: str) -> str:
    """Return an address that leads to the same page and is no reference.

    github.com documents ``redirect.github.com`` for that ("Avoiding backlinks to linked references"). Elsewhere, and
    besides, ``/./`` before the number: every client removes it (RFC 3986 5.2.4), and no server's pattern knows it.
    """
    address = re.sub(r"^(?:https?://)?(?:www\.)?github\.com(?=/)", "https://redirect.github.com", address, flags=re.I)
    if not re.match(r"https?:", address, re.I):
        address = "https://" + address
    return _NUMBER_IN_ADDRESS.sub(r"\1./", address)


def _spelled(address: str) -> str:
    """Return an address as visible text that nothing makes a link of."""
    broken = re.sub(r"(?<=:)(?=//)|(?<=^www)(?=\.)", ZERO_WIDTH_SPACE, address, count=1, flags=re.I)
    return re.sub(r"([\\*_\[\]<>])", r"\\\1", shield(broken)).replace("`", "&#96;")


def inert_link(address: str) -> str:
    """Return a link that shows the address of a ticket and leads there without being a reference to it."""
    target = quote(detour(address), safe=URL_CHARACTERS.replace("*", ""))
    return f"[{_spelled(address)}]({destination(target)})"
