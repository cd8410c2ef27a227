"""Run as a program: what KeyringStore makes of the keyring of its environment, as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from sshtui.errors import SecretsError
from sshtui.secrets.keeper import Keeper
from sshtui.secrets.keyring_store import KeyringStore, installed_backend
from sshtui.secrets.vault import Vault
from sshtui.store.hosts import HostStore


def _main(limit: str, action: str, number: str = "", secret: str = "") -> None:
    began = time.monotonic()
    store = KeyringStore(limit=float(limit))
    said: dict[str, object] = {"value": None, "problem": ""}
    try:
        match action:
            case "put":
                store.put(number, secret)
            case "get":
                said["value"] = store.get(number)
            case "remove":
                store.remove(number)
            case "places":
                keeper = Keeper(HostStore(Path("hosts.toml")), Vault(Path("vault")), store, Path("forgotten"))
                said["value"] = asyncio.run(keeper.places())
            case "kind":
                backend = installed_backend()
                said["value"] = f"{type(backend).__module__}.{type(backend).__qualname__}"
    except SecretsError as error:
        said["problem"] = f"{error.sentence} {error.hint}"
    said["seconds"] = time.monotonic() - began
    print(json.dumps(said))


_main(*sys.argv[1:])
