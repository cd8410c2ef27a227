"""What is known of one tab's connection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from textwrap import wrap

from textual import work
from textual.content import Content

from sshtui.model.connection import ConnectionFacts, Traffic, UserCertificate
from sshtui.model.text import plain
from sshtui.session.session import Session
from sshtui.ui.screens.reading import ReadingScreen

_LABEL = 16
_NARROWEST = 16
"""Cells that a value gets at least."""

_POST_QUANTUM = ("mlkem", "sntrup")


class DetailsScreen(ReadingScreen):
    """Follows the connection while it is shown. Any of `q Esc Enter` closes it."""

    def __init__(self, session: Session, *, unicode: bool = True) -> None:
        super().__init__(session.label, unicode=unicode)
        self._session = session
        self._round_trip: float | None = None

    def on_mount(self) -> None:
        self.set_interval(1.0, self.show)
        self._measure()

    @work(exclusive=True)
    async def _measure(self) -> None:
        self._round_trip = await self._session.ping()
        self.show()

    def text(self) -> Content:
        session = self._session
        rows = [("state", session.state.value)]
        if self._round_trip is not None:
            rows.append(("round trip", f"{self._round_trip * 1000:.1f} ms"))
        rows += facts_rows(session.facts or ConnectionFacts(), time.time())
        rows += [("forward", plain(str(state), 300)) for state in session.forwards]
        rows += traffic_rows(session.traffic)
        room = max(self.columns - _LABEL, _NARROWEST)
        lines = []
        for label, value in rows:
            first, *others = wrap(value, room) or [""]
            lines.append(Content.assemble((f"{label:<{_LABEL}}", "$muted"), first))
            lines += [Content(" " * _LABEL + other) for other in others]
        return Content("\n").join(lines)

    def on_resize(self) -> None:
        self.show()


def facts_rows(facts: ConnectionFacts, now: float) -> Iterator[tuple[str, str]]:
    """Label and value of each fact that is known; text of the server is made plain. `now`: seconds since 1970."""
    kex = facts.kex
    if kex.startswith(_POST_QUANTUM):
        kex += ", withstands quantum computers"
    host_key = f"{facts.host_key_kind} {facts.host_key_sha256}".strip()
    for label, value in (
        ("server", facts.destination),
        ("software", facts.server_software),
        ("host key", host_key),
        ("key exchange", kex),
        ("strict exchange", ("yes" if facts.strict_exchange else "no") if facts.kex else ""),
        ("cipher", facts.cipher),
        ("MAC", facts.mac or ("part of the cipher" if facts.cipher else "")),
        ("logged in by", facts.method if facts.method != "none" else "nothing: the server lets everybody in"),
    ):
        if value:
            yield label, plain(value, 200)
    if facts.certificate is not None:
        yield from _certificate_rows(facts.certificate, now)
    yield "agent", "forwarded: programs there can use it" if facts.agent_forwarded else "not forwarded"
    if facts.old:
        yield "weak", f"old algorithms: {plain(', '.join(facts.old), 200)}"


def _certificate_rows(certificate: UserCertificate, now: float) -> Iterator[tuple[str, str]]:
    accounts = ", ".join(certificate.principals) or "every account"
    yield "certificate", plain(f"{certificate.key_id or 'without a name'}, for {accounts}", 200)
    begin = _date(certificate.valid_from) if certificate.valid_from is not None else "always"
    end = _date(certificate.valid_until) if certificate.valid_until is not None else "for ever"
    yield "valid", f"{begin} to {end}{', expires soon' if certificate.expires_soon(now) else ''}"


def traffic_rows(traffic: Traffic | None) -> Iterator[tuple[str, str]]:
    """Label and value of what went over the connection; nothing without one."""
    if traffic is not None:
        yield "received", _bytes(traffic.received)
        yield "sent", _bytes(traffic.sent)
        yield "rekeys", str(traffic.rekeys)


def _date(seconds: float) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
    except (OverflowError, ValueError, OSError):
        # A certificate may name a year that no calendar here has.
        return "a far time"


def _bytes(count: int) -> str:
    units = ("bytes", "KiB", "MiB", "GiB")
    place = min(max(count.bit_length() - 1, 0) // 10, len(units) - 1)
    return f"{count / 1024**place:.1f} {units[place]}" if place else f"{count} bytes"
