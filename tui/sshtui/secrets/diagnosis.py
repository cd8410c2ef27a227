"""What a diagnosis says of saved secrets: that there are some. It uses none of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sshtui.model.diagnosis import Finding
from sshtui.model.hosts import Host
from sshtui.secrets.references import saved_words


async def with_saved(findings: AsyncIterator[Finding], host: Host) -> AsyncIterator[Finding]:
    """`findings`, and after the step that says that a login would be asked for, what is saved to answer it."""
    words = saved_words(host)
    async for finding in findings:
        yield finding
        if words and (finding.step, finding.verdict) == ("login", "ok"):
            yield Finding("login", "note", f"saved for it: {words}; used when you connect, not here")
