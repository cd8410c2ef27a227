"""What is asked before it is done: closing a live tab, quitting, a new password for the server."""

from __future__ import annotations

from typing import Literal

from sshtui.errors import SshtuiError
from sshtui.model.questions import Confirm, NewPassword, Notice, Prompter, Quit
from sshtui.session.changes import State
from sshtui.session.roster import Roster
from sshtui.session.session import Session
from sshtui.ui.jobs import Jobs


async def close_front_tab(roster: Roster, prompter: Prompter) -> None:
    """Close the front tab, after asking while it is connected."""
    session = roster.front
    if session is None:
        return
    text = f"{session.label} is connected; what runs in it ends."
    if session.state is not State.LIVE or await prompter.ask(Confirm("Close the tab?", text, yes="Close", danger=True)):
        await roster.close(session)


async def how_to_leave(roster: Roster, prompter: Prompter, *, detachable: bool) -> Literal["quit", "detach"] | None:
    """What a person wants, asked while tabs are connected or connecting; `detachable` apps can also be left."""
    live = roster.live
    many = "1 tab is live; what runs in it ends." if live == 1 else f"{live} tabs are live; what runs in them ends."
    if not live:
        return "quit"
    if detachable:
        return await prompter.ask(Quit(f"{many} Detached, everything goes on."))
    return "quit" if await prompter.ask(Confirm("Quit sshtui?", many, yes="Quit", danger=True)) else None


async def change_password(session: Session | None, prompter: Prompter) -> None:
    """Ask for old and new password, change it on the server, and report what the server said."""
    if session is None or session.state is not State.LIVE:
        prompter.tell(Notice("Connect first, then change the password.", level="warning"))
        return
    destination = session.facts.destination if session.facts else session.host.destination
    change = await prompter.ask(NewPassword(session.label, destination, demanded=False))
    if change is None:
        return
    try:
        answer = await session.change_password(change)
    except SshtuiError as error:
        Jobs(prompter).failed(error, session.label)
    else:
        prompter.tell(Notice(answer or "The password is changed.", session.label, server=bool(answer)))
