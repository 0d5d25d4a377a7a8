"""Text of a map is inert on GitHub and GitLab, and looks as its author wrote it."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from marko.ext.gfm import gfm

from techmap_sync.planning.escape import is_inert, neutralize, neutralize_closely
from techmap_sync.planning.escape_inline import neutralize_title
from techmap_sync.planning.link_targets import absolute_links
from tests.planning import platforms
from tests.planning.platforms import INVISIBLE
from tests.sampling import sampling

CORPUS = sorted((Path(__file__).parents[1] / "corpus").glob("*.md"))

EXECUTED = {
    "plain line": "/close",
    "line within a paragraph": "text\n/close\nmore",
    "after a list item": "- a\n/close",
    "after a heading": "# Heading\n/close",
    "with arguments": "/label ~bug ~prod",
    "upper case": "/CLOSE",
    "CRLF": "text\r\n/close\r\n",
    "carriage return within": "text\n/\rclose\n",
    "tilde fence": "~~~\n/close\n~~~",
    "unclosed fence": "```\n/close",
    "fence whose closing line has trailing text": "```\n/close\n``` end",
    "fence whose closing line has trailing spaces": "```\n/close\n```  ",
    "multi-line comment": "<!--\n/close\n-->",
    "unclosed comment": "<!--\n/close",
    "details with the summary on the same line": "<details><summary>More</summary>\n/close\n</details>",
    "details between blank lines": "<details>\n\n/close\n\n</details>",
    "a later line ends in a backtick": "/close\nuse `x`",
    "substitution": "/shrug",
    "quotation with text behind its end": ">>>\n/close\n>>> end",
}

# The patterns of old servers overlook these fences too; another line of the text decides whether that does harm.
NEARLY_EXECUTED = {
    "fence of four backticks that quotes a fence": "````\n```\n/close\n```\n````",
    "indented fence": "  ```\n/close\n  ```",
    "fence after a fence of four": "````\nx\n````\n\n```\n/close\n```",
    "fence that the pattern for HTML ends early": "<div>\n\n```\n</div>\n/close\n```",
    "behind a comment": "<!-- x -->/close",
}


@pytest.mark.parametrize("text", EXECUTED.values(), ids=EXECUTED)
def test_the_judge_sees_each_quick_action_before(text: str) -> None:
    assert platforms.quick_actions(text)


@pytest.mark.parametrize("text", [*EXECUTED.values(), *NEARLY_EXECUTED.values()], ids=[*EXECUTED, *NEARLY_EXECUTED])
def test_no_executed_form_of_a_quick_action_survives(text: str) -> None:
    result = neutralize(text)
    assert not platforms.quick_actions(result)
    assert not re.search(r"^/[A-Za-z]", result, re.MULTILINE)


def test_a_path_at_the_start_of_a_line_is_still_read_as_written() -> None:
    assert platforms.visible_words(neutralize("/usr/bin and\n/api/users")) == ["/usr/bin", "and", "/api/users"]


REFERENCES = [
    *("@name", "@org/team", "@all", "é@name", "(@name)", "_a_@name", "**@name**", "cc @a, @b"),
    *("#1", "!1", "&1", "%1", '%"next release"', "%v1.0", "~label", '~"to do"', "$1", "^alert#1"),
    *("owner/repo#1", "group/project!1", "group&1", "GH-1", "gh-1", "GL-1", "fixes #3", "closes owner/repo#4"),
    *("[vulnerability:1]", "[issue:group/project/1]", "[work_item:1]", "*iteration:1", "[[_TOC_]]", "[[page]]"),
    *("\\@name", "\\#1", "&#64;name", "&commat;name", "&num;1", "#&#49;", "&amp;1", "GH\\-1", "GH&#45;1"),
    *("[text](@name)", "[text](#1)", "[text](group/project!1)", "[text](%40name)", '<a href="@name">x</a>'),
    *("| a |\n|---|\n| @name |", "- @name", "> @name", "# @name", "~~@name~~", "<div>\n`@name`\n</div>"),
    *("a `b\nc` @name `d", "- x ` y\n- @name ` z", '<b title="`"> @name `x</b>', "[a](b`c) @name `d`"),
]


@pytest.mark.parametrize("text", REFERENCES)
def test_no_reference_survives(text: str) -> None:
    assert not platforms.references(neutralize(text))


@pytest.mark.parametrize("text", [text for text in REFERENCES if not text.startswith(("a `b", "[a](b`"))])
def test_the_judge_sees_each_reference_before(text: str) -> None:
    assert platforms.references(text)


@pytest.mark.parametrize(
    "text",
    [
        *("a@example.org", "C# and F#", "AT&T, R&D", "50 % of 3", "a != b", "US$", "#heading-text", "2 * 3"),
        *(":+1: :tada:", "~ approximately", "$`x_1`$", "[^1]\n\n[^1]: A note on it.", "- [ ] a\n- [x] b"),
        *("https://example.org/@user/a#1?b=%20", "<https://example.org/#1>", '[x](https://example.org/@u#1 "t")'),
        *(
            "deadbeef and 0123456789abcdef0123456789abcdef01234567",
            "owner/repo@deadbeef1",
            "a < b > c &lt; &amp; &copy;",
        ),
    ],
)
def test_what_is_no_reference_is_left_alone(text: str) -> None:
    assert neutralize(text) == text


HOSTS = ["github.com/o/r", "ghe.example.org/o/r", "gitlab.com/g/s/p/-", "git.example.org/gitlab/g/p/-"]
TICKETS = ["issues/1", "pull/12#issuecomment-3", "merge_requests/7/diffs", "work_items/4", "discussions/5?x=1"]
FORMS = ["see {} there", "<{}>", "[text]({})", '[text](<{}> "title")', "[x]\n\n[x]: {}", '<a href="{}">x</a>', "({})."]


@pytest.mark.parametrize("form", FORMS)
def test_the_address_of_a_ticket_is_no_reference_but_still_leads_there(form: str) -> None:
    for host in HOSTS:
        for ticket in TICKETS:
            address = f"https://{host}/{ticket}"
            text = form.format(address)
            assert platforms.references(text)
            result = neutralize(text)
            assert not platforms.references(result)
            links = [link for page in platforms.pages(result) for link in page.links]
            assert {link.replace("/./", "/").replace("redirect.github", "github") for link in links} == {address}
            assert platforms.visible_words(result) == platforms.visible_words(text)


@pytest.mark.parametrize("escaped", ["issues/%31", "issues/&#49;", "issues\\/1", "iss%75es/1"])
def test_an_escaped_address_of_a_ticket_is_no_reference(escaped: str) -> None:
    text = f"[text](https://gitlab.com/g/p/-/{escaped})"
    assert platforms.references(text)
    assert not platforms.references(neutralize(text))


CODE = [
    *("`@name #1 /close`", "`` a ` @b ``", "a `$x #1` b", "`https://github.com/o/r/issues/1`", "`<!-- note -->`"),
    *("```\n@name #1\n```", "```py\n@decorator\ndef f(): ...\n```", "> ```\n> @name\n> ```"),
    *(
        "- a\n\n  ```sh\n  git log @{1}\n  ```",
        "1. a\n   ```\n   @name\n   ```",
        "- a\n  - b\n\n    ```\n    @name\n    ```",
    ),
    *("````\n```\n@name\n```\n````", "text\n```\n@name\n\n#1\n```\ntext"),
]


@pytest.mark.parametrize("text", CODE)
def test_code_is_left_alone(text: str) -> None:
    assert neutralize(text) == text


@pytest.mark.parametrize(
    "text", ["```\n/close\n\n  @x\n```", "~~~\n/close `\n```\n~~~", "~~~`x\n/close\n~~~", ">>>\n```\n>>>\n```"]
)
def test_code_that_would_run_renders_byte_for_byte(text: str) -> None:
    assert _code_blocks(neutralize(text)) == _code_blocks(text)


def test_fences_come_out_closed_and_in_backticks() -> None:
    assert neutralize("~~~py\n`x`\n~~~") == "```py\n`x`\n```"
    assert neutralize("- a\n  ~~~\n  b\n\ntext") == "- a\n  ```\n  b\n  ```\n\ntext"
    assert neutralize("```\na\n") == "```\na\n```\n"


def test_a_fence_right_below_html_gets_its_blank_line() -> None:
    assert neutralize("<details>\n```\n@x\n```") == "<details>\n\n```\n@x\n```"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a <!-- b --> c", "a c"),
        ("a <!-- b -->", "a"),
        ("<!-- a -->\nb", "b"),
        ("<!-- a\n\n@b\n--> c", "c"),
        ("a <!-- b", "a <!-- b"),
        ("<!-- a\nb", "<!-- a b"),
        ("a <!-- b\n\nc -->", "a <!-- b c -->"),
        ("a\n\n    <!-- code -->", "a <!-- code -->"),
        ("`<!-- code -->`", "<!-- code -->"),
        ("<script>a\n\nb", "<script>a b"),
        ("<?php a\n\nb", "<?php a b"),
        ("<!DOCTYPE a\n\nb", "<!DOCTYPE a b"),
        ("<textarea>\n\nb</textarea>", "<textarea> b</textarea>"),
    ],
)
def test_complete_comments_vanish_and_all_else_stays_visible(text: str, seen: str) -> None:
    result = neutralize(text)
    assert not platforms.comments(result)
    assert platforms.visible_words(result) == seen.split()


@pytest.mark.parametrize(
    "text",
    [
        "<!-- techmap-sync:begin -->\na\n<!-- techmap-sync:end -->",
        '<!-- techmap-sync {"schema": 1} -->',
        "- a <!-- TECHMAP-SYNC x -->",
        "`<!-- techmap-sync x -->`",
        "```\n<!-- techmap-sync:end -->\n```",
        "~~~\n<!-- techmap-sync:end -->",
        "<<!-- a -->!-- techmap-sync x -->",
        "[a](<!-- techmap-sync -->)",
        "<div>\n<!-- techmap-sync x -->\n</div>",
    ],
)
def test_no_marker_of_ours_survives_even_in_code(text: str) -> None:
    assert not re.search("<!--.*techmap-sync", neutralize(text), re.IGNORECASE | re.DOTALL)


@pytest.mark.parametrize(
    "harmful", ["\x00", "\x1b", "\x08", "\x7f", "\x9b", "\ufeff", "\u202e", "\u2066", "\u2069", "\ud800"]
)
def test_controls_and_reversals_of_direction_vanish(harmful: str) -> None:
    assert neutralize(f"a{harmful}b `c{harmful}d`") == "ab `cd`"
    assert neutralize(f"{harmful}/close @{harmful}a") == f"\\/close @{INVISIBLE}a"
    assert neutralize_title(f"a{harmful}b") == "ab"


def test_separators_of_lines_that_only_some_programs_know_become_spaces() -> None:
    assert neutralize("a\u2028/close\x0bb\x85c") == "a /close b c"


def test_marks_that_hebrew_and_arabic_need_stay() -> None:
    assert neutralize("\u200fא\u200e \u061c") == "\u200fא\u200e \u061c"


def test_what_a_name_leaves_open_reaches_no_text_behind_it() -> None:
    for name in ("a `", 'a <a title="', "a [b](", "[x]: `", "<div>", "https://example.org/`", "```", "~~~"):
        for text in ("`@name`", '`"> @name `', "b`c) @name `", "`x` @name", "```@name", "~~~@name"):
            assert not platforms.references(f"- **{neutralize(name)}**: {neutralize(text)}")


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_whole_map_looks_the_same(path: Path) -> None:
    text = path.read_bytes().decode().replace("\r\n", "\n")
    result = neutralize(text)
    assert _without_intended(gfm.convert(result)) == _without_intended(gfm.convert(text))
    assert not platforms.references(result)
    assert not platforms.quick_actions(result)
    assert not platforms.comments(result)
    assert neutralize(result) == result


PIECES = st.sampled_from(
    [
        *(
            "@bob",
            "#1",
            "`",
            "``",
            "```",
            "~~~",
            "\n",
            "\n\n",
            "- ",
            "1. ",
            "2. ",
            "> ",
            "  ",
            "    ",
            "\t",
            "\\",
            "|",
            "$",
        ),
        *(
            "<div>",
            "</div>",
            '<a href="',
            '"',
            ">",
            "<b>",
            "](",
            ")",
            "[",
            "(",
            "<!--",
            "-->",
            "<!-- c -->",
            "<pre>",
            "<?",
        ),
        *(
            "/close",
            "\n/close\n",
            "*",
            "_",
            "~",
            "!",
            "&#64;",
            "&",
            ">>>",
            "[x]: ",
            "[[",
            "```js\n",
            "\n```\n",
            " `@x` ",
            "---",
        ),
        *(
            "https://a.io/",
            "https://g.io/o/r/issues/1",
            "https://localhost/@b ",
            "www.a.io/@b",
            "<https://a.io/@b>",
            "\r\n",
        ),
        *(
            "<script>",
            "<details>",
            "$`",
            "%40",
            "[b](x)",
            "![i](",
            "<!-- techmap-sync x -->",
            "one",
            " two ",
            "three\n",
        ),
    ]
)


@settings(max_examples=sampling.times("examples of texts put together", 62, 250), deadline=None)
@given(st.lists(PIECES, min_size=2, max_size=16).map("".join))
@example("https://a.io/_@bob_")
@example("https://a.io/_#1_")
@example("https://a.io/_%40_")
@example("https://a.io/_~1_")
@example("https://a.io/_&1_")
def test_whatever_is_put_together_stays_inert(text: str) -> None:
    result = neutralize(text)
    page = platforms.strict_page(result)
    assert neutralize(result) == result
    assert not platforms.quick_actions(result)
    assert not platforms.fired(page)
    assert not page.comments


@settings(max_examples=sampling.times("examples of texts that look the same", 37, 150), deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_settled_at_once(text: str) -> None:
    assert neutralize(neutralize(text)) == neutralize(text)
    title = neutralize_title(text)
    assert neutralize_title(title) == title
    assert "\n" not in title
    assert not title.startswith("/")


NEARLY_INERT = st.sampled_from(
    [
        *("word", "é", " ", "Name: ", "a_b", "www", ".", "a.io", "GH", "gl", "-", "1", "`a b`", "`<T>`", "`", "``"),
        *("/x", "#1", "`#1`", "`a|b`", "$", "`$x`", "`<!-- x -->`", "techmap-sync", "(x)", "http", "://", "…", "→"),
        *("’", "\x85", "\u202a", "\n", "="),
    ]
)


@settings(max_examples=sampling.times("examples of texts that are inert at sight", 100, 400), deadline=None)
@given(st.one_of(st.lists(NEARLY_INERT, max_size=8).map("".join), st.text(max_size=6)))
def test_what_is_inert_at_sight_is_inert_when_read_closely(text: str) -> None:
    assert neutralize(text) == neutralize_closely(text)
    if is_inert(text):
        assert absolute_links(text, lambda destination, _: f"https://example.org/{destination}") == text


@pytest.mark.parametrize("text", ["Keeps `a_b(c: int) -> list[int]`, e.g. for the co-op: 3 days", "Größe → 3 – “so”"])
def test_words_and_short_code_are_inert_at_sight(text: str) -> None:
    assert is_inert(text)


WORDS = st.sampled_from(
    ["plain", "*soft*", "**@bold**", "`co #1 de`", "~~done~~", "#7", "[link](https://a.io/b)", "x_y", "1."]
)
LINES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)
BLOCKS = st.one_of(
    LINES,
    LINES.map("# {}".format),
    st.lists(LINES, min_size=1, max_size=3).map(lambda lines: "\n".join(f"- {line}" for line in lines)),
    st.lists(LINES, min_size=1, max_size=3).map(lambda lines: "\n".join(f"> {line}" for line in lines)),
    LINES.map("```\n{}\n/close\n```".format),
    LINES.map("| a | b |\n|---|---|\n| {} | c |".format),
    LINES.map("/close {}".format),
)


@settings(max_examples=sampling.times("examples of texts that are settled", 25, 100), deadline=None)
@given(st.lists(BLOCKS, min_size=1, max_size=5).map("\n\n".join))
def test_well_formed_text_looks_the_same(text: str) -> None:
    assert _without_intended(gfm.convert(neutralize(text))) == _without_intended(gfm.convert(text))


@pytest.mark.parametrize(
    "unit",
    [
        "@a ",
        "`",
        "` ",
        "`a` ",
        "<",
        "<a ",
        '<a b="',
        "<!-- ",
        "<!-- x -->",
        "[",
        "](",
        '](a "',
        "http://",
        "www.",
        "`$`",
        "&#64;",
    ],
)
def test_a_hostile_line_takes_linear_time(unit: str) -> None:
    short, long = (_seconds(unit * (size // len(unit))) for size in (2**13, 2**16))
    assert long < 48 * max(short, 0.01), "eight times the text took far more than eight times as long"


def test_a_line_of_one_mebibyte_is_done_in_seconds() -> None:
    assert _seconds(" ".join("`" * length for length in range(1, 1400))) < 20
    assert _seconds('<a b="](`' * 2**17) < 20


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Create  TokenService\n", "Create TokenService"),
        ("Ask @bob about #1", f"Ask @{INVISIBLE}bob about #{INVISIBLE}1"),
        ("Wrap `@Inject`", f"Wrap `@{INVISIBLE}Inject`"),
        ("/close", f"{INVISIBLE}/close"),
        ("See https://gitlab.com/g/p/-/issues/3", f"See https://gitlab.com/g/p/-/issues/{INVISIBLE}3"),
        ("a\r\n\tb\u2028c", "a b c"),
        ("<!-- x --> *a* `b`", "<!-- x --> *a* `b`"),
    ],
)
def test_a_title_keeps_its_words(text: str, title: str) -> None:
    assert neutralize_title(text) == title


def _seconds(text: str) -> float:
    start = time.perf_counter()
    neutralize(text)
    return time.perf_counter() - start


def _code_blocks(markdown: str) -> list[str]:
    return re.findall(r"<code[^>]*>(.*?)</code>", gfm.convert(markdown), re.DOTALL)


def _without_intended(markup: str) -> str:
    """Take out what may differ: the invisible character, comments, and the white space around them."""
    return re.sub(r"\s+", " ", re.sub(r"<!--.*?-->", "", markup, flags=re.DOTALL).replace(INVISIBLE, "")).strip()
