"""The way through other hosts, worked out before anything is dialed."""

from __future__ import annotations

import pytest

from sshtui.errors import NotFound, UsageError
from sshtui.model.hosts import Host
from sshtui.ssh.jumps import MOST_HOPS, check_way, last_hop
from sshtui.ssh.proxy import expand

SAVED = {
    "bastion": Host("bastion", "203.0.113.1", user="ops"),
    "inner": Host("inner", "10.0.0.1", jump="bastion"),
}


def hop(jump: str) -> Host:
    """The host next to one with this jump field."""
    found = last_hop(Host("box", "10.0.0.2", jump=jump), SAVED.get)
    assert found is not None
    return found


def test_without_a_jump_there_is_no_hop() -> None:
    for jump in ("", " , ", "none"):
        assert last_hop(Host("box", "10.0.0.2", jump=jump), SAVED.get) is None


def test_a_saved_hop_brings_its_own_way() -> None:
    assert hop("inner") == SAVED["inner"]


def test_in_a_chain_the_hops_before_are_the_way_of_the_last() -> None:
    # ssh(1), -J: the hops are visited in the order they are written.
    last = hop("bastion, admin@10.0.0.9:2222, inner")
    assert (last.address, last.jump) == ("10.0.0.1", "bastion,admin@10.0.0.9:2222")
    before = last_hop(last, SAVED.get)
    assert before is not None
    assert (before.user, before.address, before.port, before.jump) == ("admin", "10.0.0.9", 2222, "bastion")


def test_a_hop_may_be_an_ipv6_address() -> None:
    assert (hop("[2001:db8::1]:2022").address, hop("[2001:db8::1]:2022").port) == ("2001:db8::1", 2022)


@pytest.mark.parametrize("jump", ["-oProxyCommand=x", "two words", "a;b", "host:99999"])
def test_a_hop_that_is_nowhere_is_named(jump: str) -> None:
    with pytest.raises(NotFound, match="box is reached through"):
        hop(jump)


def test_a_way_through_oneself_never_begins() -> None:
    loop = {"a": Host("a", "10.0.0.1", jump="b"), "b": Host("b", "10.0.0.2", jump="a")}
    with pytest.raises(UsageError):
        check_way(loop["a"], loop.get)


def test_the_longest_real_way_is_allowed() -> None:
    chain = {f"h{n}": Host(f"h{n}", "10.0.0.1", jump=f"h{n - 1}" if n else "") for n in range(MOST_HOPS + 1)}
    check_way(chain[f"h{MOST_HOPS}"], chain.get)


def test_the_tokens_of_a_proxy_command() -> None:
    # ssh_config(5), TOKENS: %h, %p, %r, %n and %%; others stay as they are.
    host = Host("box", "10.0.0.2", 2222)
    assert expand("nc -X 5 %h %p # %r %n %% %C", host, "root") == "nc -X 5 10.0.0.2 2222 # root box % %C"
