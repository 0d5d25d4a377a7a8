"""Regular expressions that are compiled when they are first used.

The package has hundreds of them and a run uses a part; compiling them all takes longer than reading a map. A pattern
that a module or a constructor makes is therefore lazy; one that is made where it is used is compiled there.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, AnyStr, Generic, cast


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a pattern that is compiled when a method of it is first asked for.

    It can be compared, hashed and sent to another process. The functions of ``re`` do not take it: use its methods.

    :param flags: as for ``re.compile``.
    """
    return cast("re.Pattern[AnyStr]", _Lazy(pattern, flags))


class _Lazy(Generic[AnyStr]):
    """Looks like a pattern: each method of the compiled one becomes an attribute when it is first asked for."""

    def __init__(self, pattern: AnyStr, flags: int) -> None:
        self.pattern: AnyStr = pattern
        self._flags = flags

    @cached_property
    def _compiled(self) -> re.Pattern[AnyStr]:
        return re.compile(self.pattern, self._flags)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._compiled, name)
        self.__dict__[name] = found  # from now on as quick as that of a pattern
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Lazy) and (self.pattern, self._flags) == (other.pattern, other._flags)

    def __hash__(self) -> int:
        return hash((self.pattern, self._flags))

    def __repr__(self) -> str:
        return f"lazy({self.pattern!r}, {self._flags})"

    def __reduce__(self) -> tuple[Any, ...]:
        return lazy, (self.pattern, self._flags)
