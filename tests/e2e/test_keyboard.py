"""What the outer terminal sends for a key is what the remote program gets, byte for byte."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.model.geometry import Size
from tests.e2e.outer import PATIENCE
from tests.e2e.person import Person
from tests.e2e.xterm_keys import OURS, xterm_keys
from tests.fakes.hosts import saved
from tests.servers.openssh import OpenSSH

RECORDER = Path(__file__).with_name("recorder.py")


class Recorder:
    """What the program at the far end has got."""

    def __init__(self, person: Person, record: Path) -> None:
        self.outer = person.outer
        self._record = record

    def got(self, data: bytes, length: int | None = None) -> bytes:
        """Send `data` as the outer terminal would; what the remote got for it, once it is as long (or `length`)."""
        before = self._record.stat().st_size
        self.outer.send_bytes(data)
        wanted = before + (len(data) if length is None else length)
        deadline = time.monotonic() + PATIENCE / 4
        while self._record.stat().st_size < wanted and time.monotonic() < deadline:
            time.sleep(0.002)
        return self._record.read_bytes()[before:]


@pytest.fixture
def recorder(sit_down: Callable[..., Person], sshd: OpenSSH, key_file: Path, tmp_path: Path) -> Recorder:
    """A tab on a program that records what it gets."""
    record = tmp_path / "record"
    record.touch()
    command = f"{sys.executable} {RECORDER} {record}"
    (tmp_path / "config" / "hosts.toml").write_text(
        saved(
            name="recorder", address=sshd.address, port=sshd.port, user="root", key_pair=str(key_file), command=command
        )
    )
    person = sit_down(Size(80, 24))
    person.connect("recorder")
    person.accept_host_key()
    person.sees("READY")
    return Recorder(person, record)


def test_every_key_arrives_as_xterm_sends_it(recorder: Recorder) -> None:
    wrong = {name: got for name, sent in xterm_keys().items() if (got := recorder.got(sent)) != sent}
    assert wrong == {}


def test_keys_typed_in_one_go_arrive_in_order(recorder: Recorder) -> None:
    # A lone Esc is left out: glued to what follows it would be Alt, for xterm's programs as well.
    sent = b"".join(data for name, data in xterm_keys().items() if name != "escape")
    assert recorder.got(sent) == sent


def test_text_of_every_language_arrives_whole(recorder: Recorder) -> None:
    sent = "grüße, мир, 世界, 👩\u200d👩\u200d👧, ñandú\r".encode()
    assert recorder.got(sent) == sent


def test_our_keys_stay_here_and_the_leader_twice_is_itself(recorder: Recorder) -> None:
    assert {"ctrl+\\", "alt+1", "shift+pageup"} <= OURS
    assert recorder.got(b"\x1b1\x1b[5;2~x", 1) == b"x"
    assert recorder.got(b"\x1c\x1cx", 2) == b"\x1cx"
