"""Changes a password by driving `passwd` in a terminal of the server."""

from __future__ import annotations

import asyncio

from sshtui.errors import ConnectionLost, LoginRejected, SshtuiError, TimedOut
from sshtui.model.geometry import Size
from sshtui.model.questions import PasswordChange
from sshtui.model.text import plain_lines
from sshtui.ssh.channel import Pipe
from sshtui.ssh.connection import Connection
from sshtui.ssh.prompts import ChangeAnswers
from sshtui.ssh.stream_prompts import PromptReader

COMMAND = "LC_ALL=C LANG=C passwd"
"""The prompts in the language we read. `LC_ALL=C cmd` is no csh, so the command is run by sh below."""

ANSWER_LIMIT = 30.0
"""Seconds `passwd` may take over one step; PAM delays a wrong password by some."""

_EITHER = "Try the new password first, then the old one."

_SIZE = Size(200, 24)
"""Wide, so that no prompt is wrapped."""


async def change_password(connection: Connection, change: PasswordChange) -> str:
    """Change the password of the logged-in account; what the server said about it.

    Raises LoginRejected with the server's words when it refuses the old or the new one; nothing has changed then.
    After TimedOut and ConnectionLost nobody knows.
    """
    pipe = await connection.open_pipe(_SIZE, f"exec sh -c '{COMMAND}'")
    try:
        async with asyncio.timeout(ANSWER_LIMIT) as limit:
            return await _drive(pipe, connection.name, change, limit)
    except TimeoutError as error:
        raise TimedOut(
            f"passwd on {connection.name} stopped answering: whether it changed the password is not known.",
            hint=_EITHER,
        ) from error
    finally:
        await pipe.close()


async def _drive(pipe: Pipe, name: str, change: PasswordChange, limit: asyncio.Timeout) -> str:
    reader, answers = PromptReader(), ChangeAnswers()
    answers.use(change)
    while data := await pipe.read(4096):
        prompt = reader.feed(data)
        if prompt is None:
            continue
        if answers.refuses(prompt.wanted):
            raise _refused(name, prompt.said)
        pipe.write(answers.answer(prompt.wanted).encode() + b"\n")
        reader.answered()
        limit.reschedule(asyncio.get_running_loop().time() + ANSWER_LIMIT)
    said = words(reader.text)
    if pipe.end is None or pipe.end.how != "exited":
        raise ConnectionLost(
            f"passwd on {name} was cut short: whether it changed the password is not known.", hint=_EITHER
        )
    if pipe.end.status != 0:
        raise _refused(name, said)
    return said or "The password was changed."


def _refused(name: str, said: str) -> SshtuiError:
    return LoginRejected(
        f"{name} did not change the password: {words(said) or 'it gave no reason.'}",
        hint="The old password still holds.",
    )


def words(text: str) -> str:
    """The server's lines as one safe sentence, without the name of the program and empty lines."""
    lines = [line.strip().removeprefix("passwd: ") for line in plain_lines(text, 8)]
    return " ".join(line for line in lines if line)
