from __future__ import annotations

from pathlib import Path

import pytest

from sshtui.errors import NotFound, UsageError
from sshtui.web.gate import Doorplate
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
