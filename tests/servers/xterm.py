"""A real xterm on a display of its own (Xvfb): what a program inside writes and reads, from outside."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

END = b"\x1b[5n"
"""DSR: its answer ends what is read."""

PATIENCE = 20.0

# The program inside: what comes on the socket goes to the terminal, what the terminal answers comes back whole.
_RELAY = """
import os, socket, struct, sys, tty
link = socket.socket(socket.AF_UNIX)
link.connect(sys.argv[1])
terminal = os.open("/dev/tty", os.O_RDWR)
tty.setraw(terminal)
source = link.makefile("rb")
while head := source.read(4):
    data = source.read(struct.unpack("!I", head)[0])
    while data:
        data = data[os.write(terminal, data):]
    answer = b""
    while not answer.endswith((b"\\x1b[0n", b"\\x9b0n")):
        answer += os.read(terminal, 65536)
    link.sendall(struct.pack("!I", len(answer)) + answer)
"""


class RealXterm:
    """An xterm of `columns` × `rows` cells, until `stop`. `directory`: for its socket."""

    def __init__(self, xterm: str, xvfb: str, directory: Path, columns: int, rows: int) -> None:
        reading, writing = os.pipe()
        self._display = subprocess.Popen(
            [xvfb, "-displayfd", str(writing), "-screen", "0", "640x480x24", "-nolisten", "tcp"],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(directory / "xterm"))
            listener.listen(1)
            listener.settimeout(PATIENCE)
            options = ["-u8", "-fn", "fixed", "-xrm", "*VT100.allowWindowOps: true", "-geometry", f"{columns}x{rows}"]
            self._xterm = subprocess.Popen(
                [xterm, *options, "-e", sys.executable, "-c", _RELAY, str(directory / "xterm")],
                env={"PATH": os.environ["PATH"], "DISPLAY": f":{number}", "LC_ALL": "C.UTF-8"},
                stderr=subprocess.DEVNULL,
            )
            self._link, _ = listener.accept()
        self._link.settimeout(PATIENCE)
        self._source = self._link.makefile("rb")

    def ask(self, data: bytes) -> bytes:
        """What the terminal answers to `data`."""
        data += END
        self._link.sendall(struct.pack("!I", len(data)) + data)
        head = self._source.read(4)
        assert len(head) == 4, "xterm is gone"
        return self._source.read(struct.unpack("!I", head)[0])[:-4]

    def stop(self) -> None:
        """End both programs."""
        self._link.close()
        for process in (self._xterm, self._display):
            process.terminate()
            process.wait(PATIENCE)
