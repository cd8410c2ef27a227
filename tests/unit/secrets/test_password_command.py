"""`password_command`: run as it stands, its first line taken, nothing of it repeated."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from sshtui.errors import SecretsError
from sshtui.model.hosts import Host
from sshtui.secrets.command import command_of, first_line
from tests.waiting import eventually


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


async def test_the_first_line_is_the_password() -> None:
    assert await first_line(python("print('s3cret ä'); print('url: x')")) == "s3cret ä"


async def test_no_shell_reads_the_arguments() -> None:
    assert await first_line((*python("import sys; print(sys.argv[1])"), "$(id); `id` ~")) == "$(id); `id` ~"


@pytest.mark.parametrize(
    ("code", "words"), [("print('canary'); raise SystemExit(3)", "exit code 3"), ("pass", "printed nothing")]
)
async def test_a_failure_is_told_without_the_output(code: str, words: str) -> None:
    with pytest.raises(SecretsError, match=words) as caught:
        await first_line(python(code))
    assert "canary" not in str(caught.value)


async def test_a_missing_program_is_a_sentence() -> None:
    with pytest.raises(SecretsError, match="does not run"):
        await first_line(("no-such-program-here",))


SLEEPER = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"


def gone(file: Path) -> bool:
    """Whether the process that wrote its number there is no more."""
    try:
        os.kill(int(file.read_text()), 0)
    except ProcessLookupError:
        return True
    return False


async def test_a_slow_program_is_given_up() -> None:
    with pytest.raises(SecretsError, match="took longer"):
        await first_line(python("import time; time.sleep(600)"), limit=0.2)


async def test_cancelling_kills_the_program(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    task = asyncio.create_task(first_line((*python(SLEEPER), str(note))))
    await eventually(lambda: note.exists() and note.read_text(), "the program runs")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert gone(note)


@pytest.mark.root
async def test_a_program_of_another_account_is_given_up_without_an_end_to_wait_for(
    tmp_path: Path, another_account: Callable[[], AbstractContextManager[None]]
) -> None:
    note = tmp_path / "pid"
    task = asyncio.create_task(first_line((*python(SLEEPER), str(note))))
    await eventually(lambda: note.exists() and note.read_text(), "the program runs")
    # It may run before asyncio has dealt with having started it, which takes a few rounds of the loop and nothing else.
    for _ in range(100):
        await asyncio.sleep(0)
    with another_account():
        task.cancel()
        await asyncio.wait([task], timeout=10)
    assert task.cancelled()
    os.kill(int(note.read_text()), signal.SIGKILL)
    await eventually(lambda: gone(note), "its end")


@pytest.mark.parametrize("value", ["pass show x", [], ["pass", 1], {"a": 1}])
def test_anything_but_a_list_of_texts_is_refused(value: object) -> None:
    with pytest.raises(SecretsError, match="list of texts"):
        command_of(Host("web-1", "10.0.0.5", extra={"password_command": value}))


def test_without_one_there_is_none() -> None:
    assert command_of(Host("web-1", "10.0.0.5")) == ()
