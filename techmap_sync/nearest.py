"""What a misspelt word was meant to be: of options, commands, rules, settings and their values."""

from __future__ import annotations

from collections.abc import Iterable

_ENOUGH = 3
"""Characters that say how a word begins."""


def did_you_mean(word: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """Return the question that names the nearest of the known words.

    :param otherwise: what to say where none is near; by default what is known.
    """
    from difflib import get_close_matches  # most runs misspell nothing

    words = list(known)
    by_small = {each.casefold(): each for each in words}
    begun = [each for each in by_small if len(word) >= _ENOUGH and each.startswith(word.casefold())]
    near = begun or get_close_matches(word.casefold(), by_small, n=1)
    if near:
        return f"did you mean {by_small[near[0]]}?"
    return f"known are {', '.join(words)}" if otherwise is None else otherwise
