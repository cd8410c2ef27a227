from __future__ import annotations

import json
import os
from pathlib import Path

from sshtui.web.audit import BURST, FILES, Audit


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_row_is_one_line_of_json_whatever_a_stranger_sent(tmp_path: Path) -> None:
    log = tmp_path / "state" / "audit.jsonl"
    Audit(log, clock=Clock()).note("login refused", agent='a"\n{"event": "login"}\x1b]0;x\x07\u202e' + "y" * 9000)
    (row,) = rows(log)
    assert row["event"] == "login refused"
    assert row["time"] == "2027-01-15T08:00:00.000+00:00"
    assert len(str(row["agent"])) <= 200
    assert "\x1b" not in log.read_text()


def test_the_log_is_private_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        Audit(tmp_path / "state" / "audit.jsonl").note("x")
    finally:
        os.umask(old)
    assert (tmp_path / "state" / "audit.jsonl").stat().st_mode & 0o777 == 0o600


def test_it_is_never_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "audit.jsonl").symlink_to(tmp_path / "elsewhere")
    Audit(tmp_path / "audit.jsonl").note("x")
    assert not (tmp_path / "elsewhere").exists()


def test_the_five_newest_files_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    audit = Audit(log, size=400)
    for number in range(60):
        audit.note("x", number=number)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["audit.jsonl", *(f"audit.jsonl.{number}" for number in range(1, FILES))]
    kept = [row["number"] for name in reversed(names[1:]) for row in rows(tmp_path / name)]
    kept += [row["number"] for row in rows(log)]
    assert kept == list(range(60))[-len(kept) :]
    assert all(path.stat().st_size <= 400 for path in tmp_path.iterdir())


def test_ten_thousand_refusals_fill_no_disk_and_are_counted(tmp_path: Path) -> None:
    log, clock = tmp_path / "audit.jsonl", Clock()
    audit = Audit(log, steady=clock)
    for _ in range(10_000):
        clock.now += 60 / 10_000
        audit.refuse("login refused", address="10.0.0.1")
    clock.now += 60
    audit.refuse("login refused", address="10.0.0.1")
    written = rows(log)
    assert BURST <= len(written) <= BURST + 14
    assert log.stat().st_size < 1_000_000
    assert len(written) + sum(int(str(row.get("left_out_before", 0))) for row in written) == 10_001


def test_a_disk_that_takes_nothing_does_not_stop_the_console(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    Audit(tmp_path / "state" / "audit.jsonl").note("x")
