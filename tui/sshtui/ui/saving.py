"""What a tab showed, saved to a file: under which name, and how."""

from __future__ import annotations

import asyncio
import os
import re
from datetime import datetime
from pathlib import Path

from sshtui.errors import SshtuiError
from sshtui.files import ensure_private_directory, with_home, write_whole
from sshtui.model.questions import Confirm, Prompter
from sshtui.model.text import plain
from sshtui.session.session import Session
from sshtui.terminal.transcript import Transcript
from sshtui.ui.jobs import Jobs

NAME_LIMIT = 40
"""Characters of a tab's name in the name of a file: in UTF-8, with the time, every file system takes it."""

PATH_LIMIT = 4096
"""Characters of a path; Linux takes no longer ones (PATH_MAX)."""

_NO_NAME = re.compile(r"[^\w.@+-]+")


class TextSaver:
    """Saves for those who look; `downloads`: whose files the page offers, while one of them looks from a browser."""

    def __init__(self, prompter: Prompter, downloads: Path | None) -> None:
        self._prompter = prompter
        self._jobs = Jobs(prompter)
        self._downloads = downloads

    def suggestion(self, label: str, now: datetime) -> str:
        """A path for a tab called `label`: in the home directory, or where a browser can fetch it."""
        name = file_name(label) or "tab"
        return os.path.join(self._downloads or "~", f"{name}-{now:%Y-%m-%d-%H%M}.txt")

    def problem(self, text: str) -> str:
        """Why nothing can be saved at the path that is typed; "" when it may be tried. Looks at the disk."""
        if not text or text.endswith(os.sep):
            return "Type the file too."
        if text != plain(text, PATH_LIMIT):
            return "A path has no such characters."
        path = typed_path(text)
        if os.path.isdir(path):
            return "That is a directory."
        if os.path.exists(path) and not os.path.isfile(path):
            return "That is no regular file."
        if path.parent != self._downloads and not os.path.isdir(path.parent):
            return "There is no such directory."
        return ""

    async def save(self, session: Session, text: str) -> None:
        """Write what the tab shows now to the path that is typed, after asking where a file stands there."""
        path, transcript = typed_path(text), session.emulator.transcript()
        if await asyncio.to_thread(os.path.lexists, path):
            shown = f"{plain(str(path), 300)} is there already."
            if not await self._prompter.ask(Confirm("Replace the file?", shown, yes="Replace", danger=True)):
                return
        try:
            lines = await asyncio.to_thread(_write, path, transcript, private=path.parent == self._downloads)
        except SshtuiError as error:
            self._jobs.failed(error)
            return
        many = "1 line is" if lines == 1 else f"{lines} lines are"
        offered = " Files in the page offers it for download." if path.parent == self._downloads else ""
        self._jobs.say(f"{many} saved in {path}.{offered}")


def file_name(text: str) -> str:
    """`text` as the name of a file that is not hidden and needs no quotes; "" when nothing of it is left."""
    return _NO_NAME.sub("-", text)[:NAME_LIMIT].strip(".-")


def typed_path(text: str) -> Path:
    """A path as a person types it, absolute."""
    return Path(os.path.abspath(with_home(text)))


def _write(path: Path, transcript: Transcript, *, private: bool) -> int:
    if private:
        ensure_private_directory(path.parent)
    text = transcript.text()
    write_whole(path, text.encode())
    return text.count("\n")
