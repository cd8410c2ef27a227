"""How the command line talks to a running console: one JSON object a line over a private Unix socket.

Asked: `{"do": "sessions"}`, `{"do": "end", "session": name}` (all without a name), `{"do": "unlock"}`. Answered:
`{"sessions": [...]}`, `{"ended": n}`, `{"unlocked": true}`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from sshtui.errors import ConfigError, NotFound
from sshtui.files import ensure_private_directory
from sshtui.web.audit import Audit
from sshtui.web.limits import Limits
from sshtui.web.sessions import Sessions

LINE = 4096
ANSWER_LIMIT = 1024 * 1024
PATIENCE = 5.0


class Control:
    """The listening end, for as long as the block lasts. Only this account gets through: directory and socket are
    its own. Raises ConfigError when another console of this account is running."""

    def __init__(self, path: Path, sessions: Sessions, limits: Limits, audit: Audit) -> None:
        self._path = path
        self._sessions = sessions
        self._limits = limits
        self._audit = audit
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Control:
        ensure_private_directory(self._path.parent)
        os.chmod(self._path.parent, 0o700)
        if _listens(self._path):
            raise ConfigError(
                "A browser console of this account is running already.", hint="sshtui serve sessions asks it."
            )
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        try:
            self._server = await asyncio.start_unix_server(self._answer, os.fspath(self._path), limit=LINE)
            os.chmod(self._path, 0o600)
        except OSError as error:
            raise ConfigError(f"{self._path} cannot be listened at: {error.strerror or error}.") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                question = json.loads(await reader.readline())
                writer.write(json.dumps(self._do(question)).encode() + b"\n")
                await writer.drain()
        except (TimeoutError, ValueError, TypeError, AttributeError, ConnectionError):
            pass
        finally:
            writer.close()

    def _do(self, question: dict[str, Any]) -> dict[str, Any]:
        match question.get("do"):
            case "sessions":
                return {"sessions": [self._described(each) for each in self._sessions.listed()]}
            case "end":
                name = question.get("session")
                doomed = [each for each in self._sessions.listed() if name in (None, each.name)]
                return {"ended": sum(self._sessions.end("ended from the command line", each) for each in doomed)}
            case "unlock":
                self._limits.forget()
                self._audit.note("unlocked")
                return {"unlocked": True}
        return {}

    def _described(self, session: Any) -> dict[str, Any]:
        return {
            "session": session.name,
            "account": session.account,
            "address": session.address,
            "agent": session.agent,
            "since": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(session.since)),
            "idle": round(self._sessions.idle_for(session)),
            "viewers": len(session.viewers),
        }


def ask(path: Path, do: str, **fields: str) -> dict[str, Any]:
    """The answer of the running console. Raises NotFound when there is none."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(PATIENCE)
            link.connect(os.fspath(path))
            link.sendall(json.dumps({"do": do, **fields}).encode() + b"\n")
            with link.makefile("rb") as file:
                answer = json.loads(file.readline(ANSWER_LIMIT))
    except (OSError, ValueError):
        raise NotFound("No browser console is running.", hint="sshtui serve starts it.") from None
    if not isinstance(answer, dict):
        raise NotFound("What listens there is no browser console.")
    return answer


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(1.0)
        try:
            link.connect(os.fspath(path))
        except OSError:
            return False
    return True
