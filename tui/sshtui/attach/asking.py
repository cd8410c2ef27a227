"""One question to a running app, one answer: what it is, or to open a tab, or to quit."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from sshtui.attach.frames import META, BadFrame, Fact, FrameReader, fact, meta
from sshtui.attach.places import connect
from sshtui.errors import AttachError, UsageError

PATIENCE = 5.0
"""Seconds an app may take to answer; it may be painting a flood."""


def ask(socket_path: Path, question: str, *, patience: float = PATIENCE, **fields: object) -> Fact:
    """The answer of the app at `socket_path`. Blocks for at most `patience` seconds.

    Raises NotFound where none listens, AttachError when it does not answer, UsageError when it refuses.
    """
    deadline = time.monotonic() + patience
    link = connect(socket_path)
    with link:
        reader = FrameReader()
        try:
            link.sendall(meta(question, **fields))
            while (left := deadline - time.monotonic()) > 0:
                link.settimeout(left)
                chunk = link.recv(65536)
                if not chunk:
                    break
                for frame in reader.feed(chunk):
                    if frame.kind == META:
                        return _answer(fact(frame.payload))
        except (OSError, BadFrame) as error:
            raise AttachError("The running sshtui does not answer.", hint="sshtui kill ends it.") from error
    raise AttachError("The running sshtui does not answer.", hint="sshtui kill ends it.")


def _answer(answer: Fact) -> Fact:
    if answer.type == "refused":
        raise UsageError(answer.text("sentence"), hint=answer.text("hint"))
    return answer


def state_of(socket_path: Path, *, patience: float = PATIENCE) -> dict[str, Any]:
    """What the app at `socket_path` says of itself: `id`, `pid`, `since` (seconds since the epoch), `detachable`,
    `viewers`, `tabs` with `label` and `state`, `live`. Raises as `ask`."""
    return dict(ask(socket_path, "status", patience=patience).fields)
