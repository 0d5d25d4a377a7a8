"""Which failures end a run: one ticket that is refused does not, a token or server that refuses every ticket does."""

from __future__ import annotations

from dataclasses import dataclass

from techmap_sync.errors import NotAllowed, OutcomeUnclear, TicketRefused

_MOST = 3
"""So many tickets in a row without a single success are no matter of single tickets."""


@dataclass
class Tolerance:
    """What one run has met so far."""

    written: bool = False
    """Something was written: the token has rights here, whatever it lacks for single tickets."""
    denied: int = 0
    unclear: int = 0
    """Writes in a row to which no clear answer came."""

    def passed(self) -> None:
        """Note a write that succeeded."""
        self.written, self.unclear = True, 0

    def failed(self, error: TicketRefused | OutcomeUnclear, *, creates: bool) -> None:
        """Note a write that failed.

        :param creates: it would have made a ticket, to which nobody can have changed the rights yet.
        :raises NotAllowed: the token has no rights here at all.
        :raises OutcomeUnclear: the server has stopped answering.
        """
        if isinstance(error, OutcomeUnclear):
            self.unclear += 1
            if self.unclear >= _MOST:
                raise error
            return
        self.unclear = 0
        if error.denied and not self.written:
            self.denied += 1
            if creates or self.denied >= _MOST:
                raise NotAllowed(error.tracker, error.what, error.hint) from error
