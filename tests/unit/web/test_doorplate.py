from __future__ import annotations

from pathlib import Path

import pytest

from sshtui.errors import NotFound, UsageError
from sshtui.web.doorplate import Doorplate, before_proxies, host_name
from sshtui.web.server import ConsoleFiles
from sshtui.web.serving import Wish, is_loopback, run
from sshtui.web.tls import Certificate
from tests.fakes.viewing import FakeApp
from tests.web.door import Clock, enrol


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("localhost:8022", True), ("LOCALHOST:8022", True), ("127.0.0.1:8022", True), ("[::1]:8022", True),
        ("10.0.0.7:8022", True), ("10.0.0.8:8022", False), ("localhost", False), ("localhost:80", False),
        ("localhost:08022", True), ("evil.example:8022", False), ("localhost.evil:8022", False), ("", False),
        (":8022", False), ("localhost:", False), ("localhost:8022:8022", False), ("localhost:\u0668022", False),
        ("[::1", False), ("a@localhost:8022", False), ("localhost:8022/", False), ("[fe80::1]:8022", False),
    ],
)  # fmt: skip
def test_only_our_own_names_and_the_address_that_was_reached_are_ours(host: str, ours: bool) -> None:
    plate = Doorplate(("localhost", "127.0.0.1", "::1"), 8022, tls=False)
    assert plate.is_ours(host, "10.0.0.7") is ours


def test_the_usual_port_may_be_left_out() -> None:
    assert Doorplate(("a.example",), 443, tls=True).is_ours("a.example", "")
    assert Doorplate(("a.example",), 80, tls=False).is_ours("a.example", "")
    assert not Doorplate(("a.example",), 80, tls=True).is_ours("a.example", "")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],
)
def test_loopback_is_known(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("Console.Example", "console.example"), ("bücher.example", "xn--bcher-kva.example"), ("my_box", "my_box"),
        ("10.0.0.5", "10.0.0.5"), ("[2001:DB8::1]", "2001:db8::1"), ("2001:db8:0::1", "2001:db8::1"),
    ],
)  # fmt: skip
def test_a_name_is_what_browsers_send(given: str, sent: str) -> None:
    assert host_name(given) == sent


@pytest.mark.parametrize(
    "name", ["", "a b", "example.org:8443", "https://example.org", "*.example", "a" * 64, "a..b", "-a", "a/b", "a@b"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="no name of a machine"):
        host_name(name)


def test_behind_a_proxy_only_the_outer_name_is_ours() -> None:
    plate = before_proxies("https://Console.Example/", ())
    assert (plate.scheme, plate.port) == ("https", 443)
    assert plate.proxies == {"127.0.0.1", "::1"}
    assert plate.is_ours("console.example", "127.0.0.1")
    assert plate.is_ours("console.example:443", "127.0.0.1")
    for host in ("127.0.0.1", "127.0.0.1:443", "localhost", "console.example:8022", "a.console.example"):
        assert not plate.is_ours(host, "127.0.0.1")
    assert before_proxies("http://localhost:8080", ()).is_ours("localhost:8080", "")


@pytest.mark.parametrize(
    "url",
    ["", "console.example", "ftp://a.example", "https://", "https://a.example/console", "https://me:x@a.example",
     "https://a.example/?x", "https://a.example/#x", "http://a.example", "https://a.example:99999", "https://a b"],
)  # fmt: skip
def test_a_page_that_is_not_at_the_top_or_not_private_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        before_proxies(url, ())


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.2", ["203.0.113.5"], "203.0.113.5"),
        ("10.0.0.2", ["198.51.100.1, 203.0.113.5"], "203.0.113.5"),
        ("10.0.0.2", ["198.51.100.1", "203.0.113.5, 10.0.0.3"], "203.0.113.5"),
        ("10.0.0.2", ["2001:DB8::0:1"], "2001:db8::1"),
        ("::ffff:10.0.0.2", ["203.0.113.5"], "203.0.113.5"),
        ("10.0.0.2", [], "10.0.0.2"),
        ("10.0.0.2", ["203.0.113.5, unknown"], "10.0.0.2"),
        ("10.0.0.2", ["10.0.0.3"], "10.0.0.2"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
    ],
)
def test_only_a_proxy_of_ours_is_believed_and_only_as_far_as_it_saw_itself(
    peer: str, forwarded: list[str], client: str
) -> None:
    assert before_proxies("https://a.example", ("10.0.0.2", "10.0.0.3")).client(peer, forwarded) == client


def test_without_a_proxy_nobody_says_where_others_come_from() -> None:
    assert Doorplate(("a.example",), 443, tls=True).client("10.0.0.2", ["203.0.113.5"]) == "10.0.0.2"


def test_a_proxy_needs_the_address_browsers_come_to(tmp_path: Path) -> None:
    enrol(places(tmp_path).enrolment, now=Clock()())
    for wish in (Wish(proxies=("10.0.0.2",)), Wish(url="https://a.example", proxies=("proxy.example",))):
        with pytest.raises(UsageError, match=r"give both|by its address"):
            run(wish, places(tmp_path), certificate(tmp_path), FakeApp().viewer)


def places(directory: Path) -> ConsoleFiles:
    return ConsoleFiles(
        directory / "console.json", directory / "limits.json", directory / "audit", directory / "s", directory / "t"
    )


def certificate(directory: Path) -> Certificate:
    return Certificate(directory / "cert.pem", directory / "key.pem")


def test_nothing_is_served_before_the_set_up_whatever_is_asked_for(tmp_path: Path) -> None:
    for wish in (Wish(), Wish(tls=True), Wish("0.0.0.0", tls=True)):
        with pytest.raises(NotFound, match="Nobody is enrolled"):
            run(wish, places(tmp_path), certificate(tmp_path), FakeApp().viewer)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
def test_any_address_but_loopback_is_refused_without_tls(tmp_path: Path, host: str) -> None:
    enrol(places(tmp_path).enrolment, now=Clock()())
    with pytest.raises(UsageError, match="not loopback"):
        run(Wish(host), places(tmp_path), certificate(tmp_path), FakeApp().viewer)


def test_a_key_others_can_read_is_refused_at_the_start(tmp_path: Path) -> None:
    enrol(places(tmp_path).enrolment, now=Clock()())
    key, cert = tmp_path / "k.pem", tmp_path / "c.pem"
    for path in (key, cert):
        path.write_text("x")
        path.chmod(0o644)
    with pytest.raises(UsageError, match="can be read by others"):
        run(Wish(cert=cert, key=key), places(tmp_path), certificate(tmp_path), FakeApp().viewer)
    with pytest.raises(UsageError, match="belong together"):
        run(Wish(cert=cert), places(tmp_path), certificate(tmp_path), FakeApp().viewer)


def test_an_enrolment_others_can_read_is_not_served(tmp_path: Path) -> None:
    enrol(places(tmp_path).enrolment, now=Clock()())
    places(tmp_path).enrolment.chmod(0o640)
    with pytest.raises(UsageError, match="can be read by others"):
        run(Wish(), places(tmp_path), certificate(tmp_path), FakeApp().viewer)
