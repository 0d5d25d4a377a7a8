"""What every kind of tracker that comes with the program says about itself."""

from __future__ import annotations

from pkgutil import resolve_name

import pytest

from techmap_sync.registry import TrackerKind, built_in
from techmap_sync.servers import read_address

KINDS = built_in().values()
ON_SERVERS = [kind for kind in KINDS if kind.servers]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_place_that_it_names_is_there(kind: TrackerKind) -> None:
    places = [place for place in (kind.connect, kind.review, kind.settings, kind.start) if place]
    assert kind.connect in places
    assert all(callable(resolve_name(place)) for place in places)


@pytest.mark.parametrize("kind", ON_SERVERS, ids=lambda kind: kind.name)
def test_its_servers_have_one_form(kind: TrackerKind) -> None:
    assert kind.servers
    server, path = read_address(kind.servers.public_api)
    assert (server.scheme, path) == ("https", "")
    assert kind.servers.api_of(kind.servers.public_host) == kind.servers.public_api
    assert set(kind.servers.aliases.values()) <= kind.servers.public_hosts
    assert not set(kind.servers.aliases) & kind.servers.public_hosts


def test_no_two_kinds_share_a_variable_for_a_token() -> None:
    tokens = [name for kind in ON_SERVERS if kind.servers for name in kind.servers.tokens]
    assert len(tokens) == len(set(tokens))


def test_only_a_kind_without_servers_has_a_default_target() -> None:
    assert {kind.name for kind in KINDS if kind.default_target} == {kind.name for kind in KINDS if kind.is_embedded}
