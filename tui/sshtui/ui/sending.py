"""A file sent to the front tab's host, or fetched from there: which one, where to, how far it is."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.screen import Screen
from textual.worker import Worker

from sshtui.errors import SshtuiError
from sshtui.files import ensure_private_directory
from sshtui.model.questions import Confirm, Prompter
from sshtui.model.text import plain
from sshtui.session.changes import State
from sshtui.session.session import Session
from sshtui.ui.jobs import Jobs
from sshtui.ui.saving import PATH_LIMIT, TextSaver, file_name, typed_path
from sshtui.ui.widgets.ask_line import Line

SHOWN_EVERY = 0.25
"""Seconds between two words of how far a file is."""

NAME_SHOWN = 60
"""Characters of a file's name in a sentence."""

Move = Callable[[], Awaitable[str]]
"""Does it; the sentence to end with, "" when a person gave it up."""


class FileSender:
    """One file at a time in each tab, in workers of `screen`.

    `downloads` says whose files the page offers, while one of those who look does so from a browser.
    """

    def __init__(self, prompter: Prompter, screen: Screen[None], downloads: Callable[[], Path | None]) -> None:
        self._prompter = prompter
        self._jobs = Jobs(prompter)
        self._screen = screen
        self._downloads = downloads
        self._moving: dict[int, tuple[str, Worker[None]]] = {}

    def send(self, session: Session) -> Line | None:
        """What to ask for first; None when nothing can begin."""
        if not self._may_begin(session):
            return None

        def accept_there(source: Path, text: str) -> str:
            if problem := _remote_problem(text):
                return problem
            self._begin(session, f"sending {_short(source.name)}", lambda: self._send(session, source, text))
            return ""

        async def accept_here(text: str) -> str | Line:
            # In a thread: the directory may be on a disk that is gone.
            if problem := await asyncio.to_thread(_source_problem, text):
                return problem
            source = typed_path(text)
            return Line("send to", lambda there: accept_there(source, there), text=source.name)

        return Line("file to send", accept_here, text="~/", is_path=True)

    def fetch(self, session: Session) -> Line | None:
        """What to ask for first; None when nothing can begin."""
        if not self._may_begin(session):
            return None
        downloads = self._downloads()
        saver = TextSaver(self._prompter, downloads)

        async def accept_here(path: str, text: str) -> str:
            if problem := await asyncio.to_thread(saver.problem, text):
                return problem
            target = typed_path(text)
            words = f"fetching {_short(path.rpartition('/')[2])}"
            self._begin(session, words, lambda: self._fetch(session, path, target, downloads))
            return ""

        def accept_there(text: str) -> str | Line:
            if problem := _remote_problem(text) or ("Type the file too." if text.endswith("/") else ""):
                return problem
            suggested = os.path.join(downloads or "~", file_name(text.rpartition("/")[2]) or "file")
            return Line("save to", lambda here: accept_here(text, here), text=suggested, is_path=True)

        return Line("file to fetch", accept_there, hint="path on the host")

    def _may_begin(self, session: Session) -> bool:
        if (moving := self._moving.get(session.id)) is not None:
            self._screen.run_worker(self._stop(*moving), group="stop a file")
            return False
        if session.state is not State.LIVE:
            self._jobs.say("Connect first, then send or fetch files.", warning=True)
            return False
        return True

    async def _stop(self, words: str, worker: Worker[None]) -> None:
        if worker.is_finished:
            return
        if await self._prompter.ask(Confirm(f"Stop {words}?", "Nothing of it is kept.", yes="Stop")):
            worker.cancel()

    def _begin(self, session: Session, words: str, move: Move) -> None:
        worker = self._screen.run_worker(self._move(session, words, move), group=f"file {session.id}")
        self._moving[session.id] = words, worker

    async def _move(self, session: Session, words: str, move: Move) -> None:
        def look(_change: object) -> None:
            # Whoever closes a tab wants nothing more of its host.
            if session.state is State.CLOSED:
                self._moving[session.id][1].cancel()

        look_away = session.subscribe(look)
        session.transfer = words
        try:
            sentence = await move()
        except SshtuiError as error:
            self._jobs.failed(error, session.label)
        except asyncio.CancelledError:
            self._jobs.say(f"{words[0].upper()}{words[1:]} was stopped.", warning=True)
            raise
        else:
            if sentence:
                self._jobs.say(sentence)
        finally:
            look_away()
            del self._moving[session.id]
            session.transfer = ""

    async def _send(self, session: Session, source: Path, text: str) -> str:
        async with session.files() as files:
            path, there = await files.place(text, source.name)
            shown = f"{plain(path, 300)} on {session.host.name}"
            if there and not await self._replace(shown):
                return ""
            await files.send(source, path, _shower(session, "sending"), replace=there)
        return f"{_short(source.name)} is sent: {shown}."

    async def _fetch(self, session: Session, path: str, target: Path, downloads: Path | None) -> str:
        there = await asyncio.to_thread(os.path.lexists, target)
        if there and not await self._replace(plain(str(target), 300)):
            return ""
        offered = target.parent == downloads
        if offered:
            await asyncio.to_thread(ensure_private_directory, target.parent)
        async with session.files() as files:
            await files.fetch(path, target, _shower(session, "fetching"), replace=there)
        return f"{_short(path)} is fetched: {target}.{' Files in the page offers it for download.' if offered else ''}"

    async def _replace(self, shown: str) -> bool:
        question = Confirm("Replace the file?", f"{shown} is there already.", yes="Replace", danger=True)
        return await self._prompter.ask(question) or False


def _shower(session: Session, doing: str) -> Callable[[int, int], None]:
    """Says in the status line how far it is, a few times a second."""
    last = 0.0

    def show(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= SHOWN_EVERY:
            last = now
            session.transfer = f"{doing} {done / 1_000_000:.1f} of {total / 1_000_000:.1f} MB"

    return show


def _source_problem(text: str) -> str:
    """Why the file that is typed cannot be sent; "" when it may be tried. Looks at the disk."""
    if not text or text != plain(text, PATH_LIMIT):
        return "A path has no such characters." if text else "Type a file."
    path = typed_path(text)
    if not os.path.exists(path):
        return "There is no such file."
    return "" if os.path.isfile(path) else "That is no regular file."


def _remote_problem(text: str) -> str:
    if not text:
        return "Type a path."
    return "" if text == plain(text, PATH_LIMIT) else "A path has no such characters."


def _short(name: str) -> str:
    return plain(name, NAME_SHOWN)
