"""CODEOWNERS by GitLab's own documented examples.

https://docs.gitlab.com/user/project/codeowners/reference/ and https://docs.gitlab.com/user/project/codeowners/advanced/
"""

from __future__ import annotations

import pytest

from techmap_sync.trackers.gitlab.code_owners import read

SYNTAX = r"""
* @default-owner
README.md @doc-team @tech-lead
*.rb @ruby-owner
\#file_with_pound.rb @owner-file-with-pound
LICENSE @legal this_does_not_match janedoe@gitlab.com
README @group @group/with-nested/subgroup
/docs/ @all-docs
/docs/* @root-docs
/docs/**/*.md @markdown-docs
/db/**/index.md @index-docs
lib/ @lib-owner
/config/ @@maintainer
path\ with\ spaces/ @space-owner
"""
SECTIONS = """
* @admin

[README Owners]
README.md @user1 @user2
internal/README.md @user4

[README other owners]
README.md @user3
"""
DEFAULTS = """
* @general-approvers

[Documentation][2] @docs-team
docs/
README.md
*.txt

^[Database] @database-team @agarcia
model/db/
config/db/database-setup.md @docs-team
"""
DUPLICATES = """
[Documentation]
ee/docs/    @docs
docs/       @docs

[Database]
README.md  @database
model/db/   @database

[DOCUMENTATION]
README.md  @docs
"""
EXCLUSIONS = """
* @username
!pom.xml

[Ruby]
*.rb @ruby-team
!/config/**/*.rb
/config/routes.rb @ops
"""
UNPARSABLE = """
* @group

[Section name
docs/ @docs_group
"""
MALFORMED = "/path/* @group user_without_at_symbol @user_with_at_symbol"
EXAMPLES = [
    (SYNTAX, "anything/else.py", "@default-owner"),
    (SYNTAX, "README.md", "@doc-team @tech-lead"),
    (SYNTAX, "internal/README.md", "@doc-team @tech-lead"),
    (SYNTAX, "app/user.rb", "@ruby-owner"),
    (SYNTAX, "app/#file_with_pound.rb", "@owner-file-with-pound"),
    (SYNTAX, "LICENSE", "@legal janedoe@gitlab.com"),
    (SYNTAX, "README", "@group @group/with-nested/subgroup"),
    (SYNTAX, "docs/deep/picture.png", "@all-docs"),
    (SYNTAX, "docs/picture.png", "@root-docs"),
    (SYNTAX, "docs/index.md", "@markdown-docs"),
    (SYNTAX, "docs/projects/index.md", "@markdown-docs"),
    (SYNTAX, "db/a/b/index.md", "@index-docs"),
    (SYNTAX, "deep/lib/a.py", "@lib-owner"),
    (SYNTAX, "config/a.yml", "@@maintainer"),
    (SYNTAX, "deep/config/a.yml", "@default-owner"),
    (SYNTAX, "path with spaces/a.md", "@space-owner"),
    (SECTIONS, "README.md", "@admin @user1 @user2 @user3"),
    (SECTIONS, "internal/README.md", "@admin @user4 @user3"),
    (SECTIONS, "src/a.py", "@admin"),
    (DEFAULTS, "model/db/CHANGELOG.txt", "@general-approvers @docs-team @database-team @agarcia"),
    (DEFAULTS, "config/db/database-setup.md", "@general-approvers @docs-team"),
    (DEFAULTS, "README.md", "@general-approvers @docs-team"),
    (DUPLICATES, "README.md", "@docs @database"),
    (DUPLICATES, "docs/README.md", "@docs @database"),
    (DUPLICATES, "ee/docs/a.md", "@docs"),
    (EXCLUSIONS, "pom.xml", ""),
    (EXCLUSIONS, "app/user.rb", "@username @ruby-team"),
    (EXCLUSIONS, "config/routes.rb", "@username"),
    (UNPARSABLE, "docs/a.md", "@docs_group"),
    (UNPARSABLE, "src/a.py", "@group"),
    (MALFORMED, "path/a", "@group @user_with_at_symbol"),
]


def owners(text: str, path: str) -> str:
    return " ".join(read(text).of(path).named)


@pytest.mark.parametrize(("text", "path", "expected"), EXAMPLES)
def test_the_documented_examples_name_these_owners(text: str, path: str, expected: str) -> None:
    assert owners(text, path) == expected


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/README.md", "README.md", True),
        ("/README.md", "docs/README.md", False),
        ("internal/README.md", "docs/internal/README.md", True),
        ("/docs/", "docs/deep/a.md", True),
        ("/docs/", "web/docs/a.md", False),
        ("/docs/*.md", "docs/a.md", True),
        ("/docs/*.md", "docs/deep/a.md", False),
        ("/docs/index.*", "docs/index.html", True),
        ("/docs/*spec*", "docs/qa_specs.rb", True),
        ("/docs/*spec*", "docs/runtime.spec", True),
        ("/docs/*/README.md", "docs/api/README.md", True),
        ("/docs/*/README.md", "docs/README.md", False),
        ("/docs/**/index.md", "docs/index.md", True),
        ("/docs/**/index.md", "docs/api/graphql/index.md", True),
        ("docs", "docs/a.md", False),
        ("docs", "web/docs", True),
        ("*", ".gitlab-ci.yml", True),
        ("*", "a/.b/c", True),
        ("/docs/**", "docs/a.md", True),
        ("/docs/**", "docs/deep/a.md", False),
        ("[ab].py", "b.py", False),  # a heading
        ("/[ab].py", "b.py", True),
        ("/[^ab].py", "b.py", False),
        ("/[^ab].py", "c.py", True),
        ("!", "a", False),
    ],
)
def test_a_pattern_matches_as_in_fnmatch(pattern: str, path: str, matches: bool) -> None:
    assert bool(owners(f"{pattern} @sara", path)) is matches


def test_only_accounts_can_be_assigned_and_all_owners_are_named() -> None:
    found = read("* @sara @team/app @@developer tom@example.org").of("a")
    assert found.people == ("sara",)
    assert found.named == ("@sara", "@team/app", "@@developer", "tom@example.org")
