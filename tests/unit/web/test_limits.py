from __future__ import annotations

import json
from pathlib import Path

import pytest

from sshtui.web.limits import Delayed, Limits


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def limits(path: Path, clock: Clock) -> Limits:
    return Limits(path / "state" / "limits.json", clock=clock)


def wait(of: Limits, address: str = "10.0.0.1", device: str = "") -> float:
    """What the next try is told: 0 when it is let through."""
    try:
        of.attempt(address, device)
    except Delayed as delay:
        return delay.seconds
    return 0.0


def test_each_failure_after_the_fifth_doubles_the_delay_up_to_a_quarter_of_an_hour(tmp_path: Path) -> None:
    clock = Clock()
    here = limits(tmp_path, clock)
    delays = []
    for _ in range(18):
        delays.append(delay := wait(here))
        clock.now += delay
        if delay:
            assert wait(here) == 0
        clock.now += 0
    expected = [0.0] * 5 + [min(900.0, 2.0**n) for n in range(13)]
    assert delays == expected


def test_the_delay_outlives_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    here = limits(tmp_path, clock)
    for _ in range(5):
        wait(here)
    assert wait(limits(tmp_path, clock)) == 1.0
    assert (tmp_path / "state" / "limits.json").stat().st_mode & 0o777 == 0o600


def test_a_right_login_starts_its_address_anew(tmp_path: Path) -> None:
    here = limits(tmp_path, Clock())
    for _ in range(4):
        wait(here)
    here.succeeded(here.attempt("10.0.0.1"))
    assert [wait(here) for _ in range(5)] == [0.0] * 5


def test_all_together_wait_after_fifty_failures_and_are_forgotten_after_a_quarter_of_an_hour(tmp_path: Path) -> None:
    clock = Clock()
    here = limits(tmp_path, clock)
    for number in range(50):
        assert wait(here, f"10.0.0.{number}") == 0
    assert wait(here, "10.9.9.9") == 1.0
    clock.now += 901
    assert wait(here, "10.9.9.9") == 0


def test_a_known_browser_is_judged_by_its_own_failures(tmp_path: Path) -> None:
    clock = Clock()
    here = limits(tmp_path, clock)
    device = here.remember_device()
    for number in range(50 + 9):
        wait(here, f"10.0.{number}.1")
    assert wait(here) > 0
    again = limits(tmp_path, clock)
    assert [wait(again, device=device) for _ in range(5)] == [0.0] * 5
    assert wait(again, device=device) == 1.0
    again.forget(devices=True)
    assert not again.knows(device)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("fe80::1%eth0", "fe80::2", True),
    ],
)
def test_what_one_customer_is_given_counts_as_one_address(tmp_path: Path, one: str, other: str, same: bool) -> None:
    here = limits(tmp_path, Clock())
    for _ in range(5):
        wait(here, one)
    assert (wait(here, other) > 0) is same


def test_the_table_is_bounded(tmp_path: Path) -> None:
    clock = Clock()
    here = Limits(tmp_path / "limits.json", clock=clock, addresses=50, devices=5)
    for number in range(60):
        clock.now += 1000
        wait(here, f"10.0.0.{number}")
    tokens = [here.remember_device() for _ in range(7)]
    kept = json.loads((tmp_path / "limits.json").read_bytes())
    # All together are one entry more that never goes.
    assert [name for name, _ in kept["failures"]] == [*(f"10.0.0.{number}" for number in range(11, 60)), "*"]
    assert [here.knows(token) for token in tokens] == [False] * 2 + [True] * 5


def test_a_clock_that_was_set_back_makes_nobody_wait_longer(tmp_path: Path) -> None:
    clock = Clock()
    here = limits(tmp_path, clock)
    for _ in range(5):
        wait(here)
    clock.now -= 10 * 365 * 86400
    assert wait(here) == 1.0
    clock.now += 1
    assert wait(here) == 0


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"5", b'{"failures": 5, "devices": {}}', b"\xff", b'{"failures": [[1]]}']
)
def test_a_damaged_file_counts_as_empty(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "limits.json").write_bytes(text)
    assert wait(limits(tmp_path, Clock())) == 0


def test_a_directory_that_takes_nothing_does_not_open_the_door(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    here = limits(tmp_path, Clock())
    assert [wait(here) for _ in range(6)] == [0.0] * 5 + [1.0]
