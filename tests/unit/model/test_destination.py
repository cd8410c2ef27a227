from __future__ import annotations

import pytest

from sshtui.errors import UsageError
from sshtui.model.destination import Destination, is_destination, parse_destination, parse_hops, split_destination


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("web-1", Destination("web-1")),
        ("root@10.0.0.5:2222", Destination("10.0.0.5", 2222, "root")),
        ("me@corp@gate.example.org", Destination("gate.example.org", None, "me@corp")),
        ("::1", Destination("::1")),
        ("[::1]", Destination("::1")),
        ("root@[fe80::1%eth0]:22", Destination("fe80::1%eth0", 22, "root")),
        ("bücher.example", Destination("bücher.example")),
        ("ssh://web-1", Destination("web-1")),
        ("ssh://root@web-1:", Destination("web-1", None, "root")),
        ("ssh://[::1]:/", Destination("::1")),
        ("SSH://root@web-1:22/", Destination("web-1", 22, "root")),
        ("ssh://a%40b@[::1]:2222", Destination("::1", 2222, "a@b")),
        (
            "ssh://root;fingerprint=ssh-ed25519-c1-b1-30@web-1",
            Destination("web-1", None, "root", "ssh-ed25519-c1-b1-30"),
        ),
        (
            "ssh://;x-y=1,Fingerprint=SHA256%3aab%2Fc%2b=@[fe80::1%25eth0]:2222/",
            Destination("fe80::1%eth0", 2222, "", "SHA256:ab/c+="),
        ),
        ("ssh://a,b;x=1;fingerprint=f@web%2D1.example.org", Destination("web-1.example.org", None, "a,b", "f")),
    ],
)
def test_what_people_write_and_links_say_is_understood(text: str, found: Destination) -> None:
    assert split_destination(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "", "@h", "h:", "h:0", "h:65536", "h:22x", "h:²", "[::1", "[::1]x", "[h]:22", "a b", "h;id", "h\nid", "$(id)",
        "-oProxyCommand=id", "u@-oProxyCommand=id", "-u@h", "a" * 300, "1.2.3.256", "ssh://", "ssh:///x",
        "ssh://-oProxyCommand=id", "ssh://%2doProxyCommand=id@h", "ssh://h%0aid", "ssh://h/etc/passwd", "ssh://h?x",
        "ssh://u%zz@h", "ssh://%ff@h", "http://h", "ssh://[fe80::1%25$(id)]", "[fe80::1%;id]:22", "fe80::1%`id`",
    ],
)  # fmt: skip
def test_what_a_shell_or_an_option_parser_would_take_for_more_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        split_destination(text)


def test_a_password_in_a_link_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        split_destination("ssh://root:hunter2@web-1")
    assert "hunter2" not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize("text", ["root@10.0.0.5:2222", "10.0.0.5", "root@[::1]:2222", "::1"])
def test_an_unsaved_host_is_named_by_its_destination(text: str) -> None:
    assert parse_destination(text).name == text
    assert parse_destination(parse_destination(text).destination) == parse_destination(text)


def test_jump_hosts_come_in_the_order_of_travel() -> None:
    assert [hop.address for hop in parse_hops("a@first:22,[::1]:2222,ssh://third")] == ["first", "::1", "third"]
    with pytest.raises(UsageError):
        parse_hops("first,-oX")


def test_a_plain_word_may_be_a_name_and_anything_else_is_a_destination() -> None:
    assert not is_destination("web-1")
    assert all(is_destination(text) for text in ("localhost", "a@b", "10.0.0.5", "::1", "ssh://web-1", "a:22"))
