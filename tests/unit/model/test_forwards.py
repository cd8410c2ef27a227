"""Port forwards as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshtui.errors import UsageError
from sshtui.model.forwards import (
    Endpoint,
    ForwardState,
    endpoint,
    forwards_problem,
    read_forward,
    read_forwards,
    write_forward,
    write_forwards,
)
from sshtui.model.hosts import Forward

WRITTEN = {
    # ssh(1), -L: [bind_address:]port:host:hostport, [bind_address:]port:remote_socket, local_socket:host:hostport,
    # local_socket:remote_socket.
    "L 8080:db:5432": Forward("local", "8080", "db:5432"),
    "L 192.0.2.1:8080:db:5432": Forward("local", "192.0.2.1:8080", "db:5432"),
    "L *:8080:db:5432": Forward("local", "*:8080", "db:5432"),
    "L :8080:db:5432": Forward("local", ":8080", "db:5432"),
    "L [::1]:8080:[2001:db8::1]:80": Forward("local", "[::1]:8080", "[2001:db8::1]:80"),
    "L 8080:[2001:db8::1]:80": Forward("local", "8080", "[2001:db8::1]:80"),
    "L 8080:/run/db.sock": Forward("local", "8080", "/run/db.sock"),
    "L lo:8080:/run/db.sock": Forward("local", "lo:8080", "/run/db.sock"),
    "L /tmp/s:db:5432": Forward("local", "/tmp/s", "db:5432"),
    "L ~/s:/run/db.sock": Forward("local", "~/s", "/run/db.sock"),
    # ssh(1), -R: as -L, with [bind_address:]port alone for a SOCKS proxy; port 0 is the server's choice.
    "R 9000:localhost:22": Forward("remote", "9000", "localhost:22"),
    "R 0:localhost:22": Forward("remote", "0", "localhost:22"),
    "R /run/s:localhost:22": Forward("remote", "/run/s", "localhost:22"),
    "R *:9000": Forward("remote", "*:9000"),
    # ssh(1), -D: [bind_address:]port.
    "D 1080": Forward("dynamic", "1080"),
    "D [::1]:1080": Forward("dynamic", "[::1]:1080"),
    # Ports by the names of services(5), as ssh takes them everywhere.
    "L https:db:http": Forward("local", "https", "db:http"),
    "L lo:https:db:http": Forward("local", "lo:https", "db:http"),
    "R https:/run/s": Forward("remote", "https", "/run/s"),
    "R lo:https": Forward("remote", "lo:https"),
    "D lo:https": Forward("dynamic", "lo:https"),
}


@pytest.mark.parametrize(("text", "forward"), WRITTEN.items(), ids=str)
def test_a_forward_is_written_as_the_options_of_ssh(text: str, forward: Forward) -> None:
    assert read_forward(text) == forward
    assert read_forward(text.replace(" ", ":", 1)) == forward
    assert read_forward(f"-{text}") == forward
    assert write_forward(forward) == text


def test_several_stand_on_one_line_each_once() -> None:
    forwards = tuple(WRITTEN.values())
    assert read_forwards(f"{write_forwards(forwards)}, D 1080,") == forwards
    assert read_forwards("") == ()


@pytest.mark.parametrize(
    "text",
    [
        "8080:db:5432", "X 1:h:2", "L", "L 8080", "L 8080:db", "L 8080::80", "L 8080:db:0", "L 0:db:80",
        "L 65536:db:80", "L 8080:db:no-service", "L db:8080", "L 1:2:3:4:5", "L ::1:8080:db:80", "L [::1:8080:db:80",
        "L 8080:[::1]80", "L /a b:c:1", "L /a\x07:c:1", "D 1080:db:80", "D /tmp/s", "D x", "R x", "R h:1:h",
        "L ²:db:80",
    ],
)  # fmt: skip
def test_what_is_no_forward_has_a_reason(text: str) -> None:
    assert forwards_problem(f"D 1, {text}")


@given(st.text(alphabet="LRD :-[]*/~.,0189ab²\x00", max_size=24))
def test_what_can_be_read_reads_the_same_when_written(text: str) -> None:
    try:
        forward = read_forward(text)
    except UsageError:
        return
    assert read_forwards(write_forward(forward)) == (forward,)


def test_an_end_is_a_port_an_address_with_a_port_or_a_path() -> None:
    assert endpoint("8080") == Endpoint(8080)
    assert endpoint("*:8080") == endpoint(":8080") == Endpoint(8080, "")
    assert endpoint("[::1]:8080") == Endpoint(8080, "::1")
    # services(5), as registered with IANA.
    assert endpoint("db:http") == Endpoint(80, "db")
    assert endpoint("https") == Endpoint(443)
    assert endpoint("/run/s") == Endpoint(path="/run/s")


def test_a_state_is_words() -> None:
    forward = Forward("dynamic", "1080")
    assert str(ForwardState(forward, True)) == "D 1080 open"
    assert str(ForwardState(forward, False, "port 1080 is in use")) == "D 1080 failed: port 1080 is in use"
