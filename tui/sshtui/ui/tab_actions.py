"""What is done with the front tab and with the app as a whole: rename, save, new password, close, detach, quit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from textual.screen import Screen

from sshtui.errors import SshtuiError
from sshtui.model.questions import Confirm, NewPassword, Notice, Prompter, Quit
from sshtui.session.changes import State
from sshtui.session.roster import Roster
from sshtui.session.session import Session
from sshtui.ui.audience import Audience
from sshtui.ui.commands import Commands
from sshtui.ui.jobs import Jobs
from sshtui.ui.saving import TextSaver
from sshtui.ui.sending import FileSender
from sshtui.ui.steady import SteadyApp
from sshtui.ui.widgets.ask_line import Line


class TabActions:
    """Asks before anything live ends. Questions wait in workers of `screen`; `ask` takes a line of text.

    `transfer_dir` is where files are put that someone in a browser is to download.
    """

    def __init__(
        self,
        roster: Roster,
        prompter: Prompter,
        screen: Screen[None],
        ask: Callable[[Line], None],
        transfer_dir: Path | None,
    ) -> None:
        self._roster = roster
        self._prompter = prompter
        self._jobs = Jobs(prompter)
        self._screen = screen
        self._ask = ask
        self._transfer_dir = transfer_dir
        self._sending = FileSender(prompter, screen, lambda: self._downloads)

    def commands(self) -> Commands:
        """What the actions do here."""
        work = self._screen.run_worker
        return {
            "tab.rename": self._rename,
            "tab.save_text": self._save_text,
            "tab.close": lambda: work(self._close(), group="close"),
            "session.password": lambda: work(self._change_password(), group="password"),
            "session.send_file": lambda: self._move_file(self._sending.send),
            "session.fetch_file": lambda: self._move_file(self._sending.fetch),
            "app.detach": self._detach,
            "app.quit": lambda: work(self._quit(), group="quit", exclusive=True),
        }

    def _rename(self) -> None:
        session = self._roster.front
        if session is None:
            return

        def accept(text: str) -> str:
            session.label = text
            return ""

        self._ask(Line("name of the tab", accept, text=session.label, replaced=True))

    def _save_text(self) -> None:
        session = self._roster.front
        if session is None:
            return
        saver = TextSaver(self._prompter, self._downloads)

        async def accept(text: str) -> str:
            # In a thread: the directory may be on a disk that is gone.
            if not (problem := await asyncio.to_thread(saver.problem, text)):
                self._screen.run_worker(saver.save(session, text), group="save")
            return problem

        self._ask(Line("save to", accept, text=saver.suggestion(session.label, datetime.now())))

    def _move_file(self, begin: Callable[[Session], Line | None]) -> None:
        session = self._roster.front
        if session is not None and (line := begin(session)) is not None:
            self._ask(line)

    async def _close(self) -> None:
        session = self._roster.front
        if session is None:
            return
        text = f"{session.label} is connected; what runs in it ends."
        question = Confirm("Close the tab?", text, yes="Close", danger=True)
        if session.state is not State.LIVE or await self._prompter.ask(question):
            await self._roster.close(session)

    async def _change_password(self) -> None:
        """Ask for old and new password, change it on the server, and report what the server said."""
        session = self._roster.front
        if session is None or session.state is not State.LIVE:
            self._jobs.say("Connect first, then change the password.", warning=True)
            return
        destination = session.facts.destination if session.facts else session.host.destination
        change = await self._prompter.ask(NewPassword(session.label, destination, demanded=False))
        if change is None:
            return
        try:
            answer = await session.change_password(change)
        except SshtuiError as error:
            self._jobs.failed(error, session.label)
        else:
            self._prompter.tell(Notice(answer or "The password is changed.", session.label, server=bool(answer)))

    async def _quit(self) -> None:
        """Quit, after asking while tabs are connected or connecting; an app that can be left can also be detached."""
        live = self._roster.live
        many = "1 tab is live; what runs in it ends." if live == 1 else f"{live} tabs are live; what runs in them ends."
        how: str | None = "quit"
        if live and self._audience is not None:
            how = await self._prompter.ask(Quit(f"{many} Detached, everything goes on."))
        elif live and not await self._prompter.ask(Confirm("Quit sshtui?", many, yes="Quit", danger=True)):
            how = None
        if how == "detach":
            self._detach()
        elif how == "quit":
            await self._roster.close_all()
            self._screen.app.exit(0)

    def _detach(self) -> None:
        """Let the viewer go who asks; an app on its own terminal can only say how one is started that can be left."""
        if self._audience is None:
            self._jobs.say(
                "This sshtui ends with its terminal. One that can be left: sshtui --detachable", warning=True
            )
        else:
            self._audience.detach()

    @property
    def _downloads(self) -> Path | None:
        """Where what is made for someone goes who looks from a browser."""
        watched = self._audience is not None and self._audience.in_browser
        return self._transfer_dir if watched else None

    @property
    def _audience(self) -> Audience | None:
        app = self._screen.app
        return app.audience if isinstance(app, SteadyApp) else None
