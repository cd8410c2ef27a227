"""asyncssh comes in quietly: no compilers, nothing on stderr."""

from __future__ import annotations

import subprocess
import sys


def fresh(program: str) -> str:
    """What a new interpreter prints for `program`, its standard error included."""
    run = subprocess.run(
        [sys.executable, "-W", "default", "-c", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return run.stdout


def test_importing_runs_no_programs_and_restores_what_it_replaced() -> None:
    program = """
import ctypes.util, subprocess, sys
before, started = ctypes.util.find_library, []
sys.addaudithook(lambda event, _: started.append(event) if event in ("subprocess.Popen", "os.posix_spawn") else None)
import sshtui.ssh.library
print(started, ctypes.util.find_library is before)
"""
    assert fresh(program) == "[] True\n"


def test_nothing_reaches_the_screen_by_way_of_stderr() -> None:
    program = """
from sshtui.ssh.library import asyncssh
import logging, warnings
from cryptography.utils import CryptographyDeprecationWarning
logging.getLogger("asyncssh").warning("loud")
logging.getLogger("asyncssh.sftp").error("loud")
warnings.warn("loud", CryptographyDeprecationWarning)
"""
    assert fresh(program) == ""
