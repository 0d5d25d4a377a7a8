"""The numbers that the project holds to. A row of the results says which one it shows."""

from __future__ import annotations

from enum import Enum


class Number(Enum):
    """One promise, in the words of the page."""

    UNCHANGED = (
        "An unchanged push asks for one list for each 100 tickets and for at most 3 other things; it writes nothing"
    )
    THOUSAND = "An unchanged push of 1,000 tickets takes at most 13 requests"
    FIRST = "A first push writes once for each ticket, each label, ten links of a kind, and the ledger; it reads at most 8 times besides lists"  # noqa: E501
    RECONCILE = (
        "`reconcile` of 50 maps with 5,000 tickets takes at most 160 requests on GitLab, in any tier, and 110 on GitHub"
    )
    UPDATE = "An update is one read and one write, and one more for each set of labels that changes"
    PACE = "GitHub's documented limits are never met, and at least 95 % of the pace that they allow is used"
    KILLED = "Killed at any request, the next run ends in the same state: no duplicate, no lost edit"
    PARSING = "Reading a map takes at most 1.3 x what bare Marko takes for its text"
    HOSTILE = "Any text of up to 1 MiB is read in less than 10 s"
    START = "`check` of a map of 10 KB takes at most 1.6 x the bare import of the libraries it uses"
    GROWTH = "Ten times the tasks take at most 12 x the time to plan and compare, and less than 400 MB"
    FINISHED = "`plan`, `status` and `reconcile` of 300 specs of which 290 are finished take less than 3 s of processor time each"  # noqa: E501
    MANY = "`check` of 1,000 maps costs at most 1.3 x bare Marko for each byte, and is at least 1.6 x as fast with two processes"  # noqa: E501
    SCALE = "`plan`, `reconcile` and `status` of 2,000 maps with 40,000 tickets take at most 4.8 x the time of 500 maps with 10,000; these take at most 20 KB and 0.025 requests a ticket"  # noqa: E501
