"""The Windows registry, where there is one: Linux inside Windows (WSL) reaches it through `reg.exe`.

`reg query KEY /s` prints each key on a line and its values below it, after four blanks: name, type, data.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from sshtui.errors import NotFound

REGISTRY = Path("registry")
"""What is written in the place of a file."""
ANSWER_LIMIT = 30.0
"""Seconds."""

_VALUE = re.compile(r" {4}(.+?) {4}(REG_[A-Z_]+) {4}(.*)\Z")


def is_registry(path: Path) -> bool:
    """Whether the registry is meant, and no file of that name."""
    return path == REGISTRY and not path.exists()


def registry_keys(key: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The keys at and below `HKEY_CURRENT_USER\\key`, each with its values, numbers in decimal. Raises NotFound."""
    program = shutil.which("reg.exe")
    if program is None:
        raise NotFound("There is no Windows registry here.", hint="On Windows, regedit exports it to a .reg file.")
    try:
        done = subprocess.run(
            [program, "query", f"HKCU\\{key}", "/s"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ANSWER_LIMIT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotFound(f"The Windows registry does not answer ({error}).") from error
    if done.returncode:
        raise NotFound(f"There is nothing of HKEY_CURRENT_USER\\{key} in the Windows registry.")
    name, values = "", dict[str, str]()
    for line in done.stdout.decode("cp1252", "replace").splitlines():
        if line.startswith("HKEY_"):
            if name:
                yield name, values
            name, values = line.strip(), {}
        elif value := _VALUE.match(line):
            number = value[2] == "REG_DWORD" and re.fullmatch(r"0x[0-9a-fA-F]{1,8}", value[3])
            values[value[1]] = str(int(value[3], 16)) if number else value[3]
    if name:
        yield name, values
