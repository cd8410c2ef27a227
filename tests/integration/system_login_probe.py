"""Run as a program: log in to one host and print how, as JSON. Its environment says which tickets there are."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from sshtui.errors import SshtuiError
from sshtui.model.hosts import Host
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, say


async def _main(home: str, port: str, user: str, wishes: str) -> None:
    client = Client(Path(home))
    client.identities.use_agent("/nowhere")
    host = Host("box", "localhost", int(port), user, extra=json.loads(wishes))
    prompter = ScriptedPrompter()
    said = {"notices": [], "tried": [], "method": "", "who": "", "tickets": ""}
    try:
        async with client.terminal(host, prompter) as channel:
            said["method"] = channel.facts.method
            said["who"] = (await say(channel, "id -un")).decode()
            said["tickets"] = (await say(channel, 'echo "cache $KRB5CCNAME"')).decode()
    except SshtuiError as error:
        said["tried"] = list(getattr(error, "tried", ()))
    said["notices"] = [notice.text for notice in prompter.notices]
    print(json.dumps(said))


asyncio.run(_main(*sys.argv[1:]))
