"""All rules as a page of the documentation, ``docs/rules.md``."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import dedent

from techmap_sync.diagnostics import Rule

_INTRODUCTION = """\
# Rules

What `techmap-sync check` looks for. Made from the code by `make docs`; `check --explain RULE` says the same.

An error keeps a map from being pushed. `placeholder-left` is an error where tickets are made of the place, else a
warning; while the map is not ready it weighs one step less, and more than five of them are one note.

The severity of a rule is a setting, `"error"`, `"warning"`, `"note"` or `"off"`:

```toml
# techmap-sync.toml
[severity]
component-without-spec = "off"
```

A comment in the map silences a rule beside it, or in the block below it; without a name it silences all:

```markdown
<!-- techmap-sync: ignore unknown-section -->
## Hardware Constraints
```
"""


def rules_page(rules: Iterable[Rule]) -> str:
    """Render the page.

    :param rules: in the order in which they shall stand.
    """
    listed = list(rules)
    rows = [f"| [`{rule.id}`](#{rule.id}) | {rule.severity} | {rule.summary} |" for rule in listed]
    table = "\n".join(["| rule | severity | what it finds |", "|---|---|---|", *rows]) + "\n"
    return "\n".join([_INTRODUCTION, table, *map(_section, listed)])


def _section(rule: Rule) -> str:
    advice, _, example = rule.help.partition("\n\n")
    sentence = advice[:1].upper() + advice[1:]
    fenced = f"\n```\n{dedent(example)}\n```\n" if example else ""
    return f"## {rule.id}\n\n{sentence}\n{fenced}"
