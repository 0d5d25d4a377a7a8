"""What a row of an answer has to look like, so that nothing behind it meets a value of another kind.

A server's answer can hold anything: a proxy's, a broken server's, a stranger's. Each row is held to its vendor's
documentation where it comes in, and only the fields that are used are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

Row = Mapping[str, Any]
"""One object of an answer, with the fields that its vendor's documentation names."""
Number = Annotated[int, Field(gt=0, lt=2**63)]
"""A number that a database gives."""
Count = Annotated[int, Field(ge=0, lt=2**63)]
Path = Annotated[str, Field(pattern=r"^[\w.\-]+(/[\w.\-]+)+$")]
"""Where a repository or project is: it goes into addresses and into lines to type."""


class Unexpected(ValueError):
    """A value is not what was asked for; the text goes on after "answered with"."""


class Shape:
    """The fields of one kind of row."""

    def __init__(self, kind: Any, name: str) -> None:
        """Describe a kind of row.

        :param kind: a TypedDict of the fields that are used.
        :param name: what messages call it, with its article.
        """
        self._name = name
        self._adapter: TypeAdapter[Row] = TypeAdapter(kind)

    def read(self, value: object) -> Row:
        """Return the used fields of a row. Numbers in quotes are not numbers.

        :raises Unexpected: it lacks a field, or has one of another kind.
        """
        try:
            return self._adapter.validate_python(value, strict=True)
        except ValidationError as error:
            # Its text holds what the server sent, which may be anything; the places are our own words.
            place = ".".join(map(str, error.errors(include_input=False, include_context=False)[0]["loc"]))
            raise Unexpected(f"{self._name} without a valid {place}" if place else f"no {self._name[2:]}") from None
