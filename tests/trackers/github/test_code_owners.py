"""CODEOWNERS by GitHub's own documented examples.

https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

from __future__ import annotations

import pytest

from techmap_sync.trackers.github.code_owners import read

EXAMPLE = """\
# This is a comment.
# Each line is a file pattern followed by one or more owners.

*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
"""
PATHS = {
    "README.md": "global-owner1 global-owner2",
    "lib/deep/down.py": "global-owner1 global-owner2",
    "lib/app.js": "js-owner",
    "main.go": "docs@example.com",
    "notes/today.txt": "@octo-org/octocats",
    "scripts/run.sh": "doctocat octocat",
    "scripts/deep/run.txt": "doctocat octocat",
    "build/logs/one.log": "octocat",
    "deeply/nested/logs": "octocat",
    "deeply/nested/logs/one.log": "octocat",
    "docs/getting-started.md": "doctocat",
    "web/apps/main.py": "octocat",
    "apps/main.py": "octocat",
    "apps/github/main.py": "",
    "apps/github": "",
}


def owners(text: str, path: str) -> str:
    found = read(text).of(path)
    return " ".join((*found.people, *found.named))


@pytest.mark.parametrize("path", PATHS)
def test_the_documented_example_names_these_owners(path: str) -> None:
    assert owners(EXAMPLE, path) == PATHS[path]


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("docs/*", "docs/getting-started.md", True),
        ("docs/*", "docs/build-app/troubleshooting.md", False),
        ("docs/*", "web/docs/a.md", False),
        ("apps/", "apps/a.py", True),
        ("apps/", "web/apps/deep/a.py", True),
        ("apps/", "apps", False),
        ("/build/logs/", "build/logs/deep/a.log", True),
        ("/build/logs/", "web/build/logs/a.log", False),
        ("build/logs/", "web/build/logs/a.log", False),
        ("docs", "docs/a/b.md", True),
        ("docs", "web/docs", True),
        ("*.js", "a/b.js", True),
        ("/*.js", "a/b.js", False),
        ("/*.js", "b.js", True),
        ("**/logs", "logs", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b", "x/a/b", False),
        ("a/**", "a/x/y", True),
        ("a/**", "a", False),
        ("file?.py", "file1.py", True),
        ("file?.py", "file10.py", False),
        (r"two\ words/", "two words/a.py", True),
        ("*", ".hidden/a", True),
        ("README.md", "readme.md", False),
        ("app/[slug]/page.tsx", "app/[slug]/page.tsx", True),
        ("app/[slug]/page.tsx", "app/s/page.tsx", False),
        (r"a\*b", "a*b", True),
        (r"a\*b", "axb", False),
    ],
)
def test_a_pattern_matches_as_in_gitignore_with_the_documented_exceptions(
    pattern: str, path: str, matches: bool
) -> None:
    assert bool(owners(f"{pattern} @sara", path)) is matches


@pytest.mark.parametrize(
    "line", ["*.py sara", "*.py @sara,@tom", "!*.py @sara", r"\#a.py @sara", "# *.py @sara", "*.py @"]
)
def test_a_line_that_github_does_not_understand_is_skipped(line: str) -> None:
    assert owners(f"* @octocat\n{line}", "#a.py") == "octocat"


def test_what_follows_a_number_sign_is_no_owner() -> None:
    assert owners("*.py @sara # ask @tom first", "a.py") == "sara"
