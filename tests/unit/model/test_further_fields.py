"""Fields beside the card: read as they are typed, and every one the wire reads has its place."""

from __future__ import annotations

from typing import Any

import pytest

from sshtui.errors import UsageError
from sshtui.model.further_fields import FURTHER, agent_socket, read_further


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("resume=tmux", ("resume", "tmux")),
        ("agent_forwarding=yes", ("agent_forwarding", True)),
        ("agent-forwarding=false", ("agent_forwarding", False)),
        ("known_hosts_files=~/.ssh/a, ~/.ssh/b", ("known_hosts_files", ["~/.ssh/a", "~/.ssh/b"])),
        ("proxy_command=nc -X 5 -x a=b %h %p", ("proxy_command", "nc -X 5 -x a=b %h %p")),
        ("connect_timeout=30", ("connect_timeout", 30)),
        ("verify_host_key_dns=ask", ("verify_host_key_dns", "ask")),
        ("fingerprint=", ("fingerprint", None)),
    ],
)
def test_a_value_is_read_as_its_field_wants_it(typed: str, read: tuple[str, Any]) -> None:
    assert read_further(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "resume",
        "nonsense=1",
        "secret=vault:1",
        "resume=emacs",
        "agent_forwarding=maybe",
        "connect_timeout=0",
        "connect_timeout=soon",
        "strict_host_key_checking=no",
        "proxy_command=a\nb",
        "fingerprint=" + "a" * 5000,
    ],
)
def test_what_cannot_be_meant_is_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        read_further(typed)


@pytest.mark.parametrize(("named", "socket"), [("", "/usual"), ("none", None), ("NONE", None), ("~/agent", "~/agent")])
def test_a_host_has_the_usual_agent_its_own_or_none(named: str, socket: str | None) -> None:
    assert agent_socket(named, "/usual") == socket


def test_every_field_that_the_wire_and_the_key_pairs_name_is_there() -> None:
    from sshtui.keys import adding, identities, tokens
    from sshtui.ssh import connector, system_login, trust, ways

    named = {
        *(trust.ALIAS, trust.CHECKING, trust.FILES, trust.FINGERPRINT, trust.DNS, trust.REVOKED, trust.HASH),
        *(system_login.GSSAPI, system_login.DELEGATE, system_login.HOST_BASED),
        *(ways.PROXY, ways.PROXY_COMMAND, ways.UNIX_SOCKET),
        connector.AGENT_FORWARDING,
        *(identities.FILES, identities.ONLY, tokens.PROVIDER, adding.SETTING),
    }
    assert named <= FURTHER.keys()
