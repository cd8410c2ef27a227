"""A D-Bus session of the test, and who may live on it: a real keyring, or a peer that never answers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from tests.waiting import until

SECRETS = "org.freedesktop.secrets"


@contextmanager
def session_bus(directory: Path, program: str) -> Iterator[dict[str, str]]:
    """A running bus; the environment that programs find it by. Its services are those started here and no other."""
    directory.mkdir(exist_ok=True)
    configuration = directory / "bus.conf"
    # No directory of services: nothing of this computer is started because somebody asks for it.
    configuration.write_text(f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={directory / "bus"}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
""")
    command = [program, f"--config-file={configuration}", "--nofork", "--nopidfile"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until((directory / "bus").exists, "session bus")
        yield {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={directory / 'bus'}"}
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextmanager
def gnome_keyring(directory: Path, program: str, bus: dict[str, str], *, password: str | None) -> Iterator[None]:
    """The Secret Service of GNOME on the bus; its keyring opened with `password`, or left locked with None."""
    home = directory / "keyring-home"
    home.mkdir(exist_ok=True)
    environment = {**os.environ, **bus, "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "XDG_DATA_HOME": str(home)}
    command = [program, "--foreground", "--components=secrets", f"--control-directory={home / 'control'}"]
    if password is not None:
        command.append("--unlock")
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdin is not None
        process.stdin.write((password or "").encode())
        process.stdin.close()
        until(lambda: owned(bus), "Secret Service")
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextmanager
def silent_secret_service(bus: dict[str, str]) -> Iterator[None]:
    """Somebody who has the name of the Secret Service and answers nothing."""
    with open_dbus_connection(bus["DBUS_SESSION_BUS_ADDRESS"]) as connection:
        connection.send_and_get_reply(message_bus.RequestName(SECRETS))
        yield


def owned(bus: dict[str, str]) -> bool:
    """Whether somebody has the name of the Secret Service."""
    with open_dbus_connection(bus["DBUS_SESSION_BUS_ADDRESS"]) as connection:
        return bool(connection.send_and_get_reply(message_bus.NameHasOwner(SECRETS)).body[0])
