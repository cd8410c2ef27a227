"""Other programs, run to the end: the judges of what we write and the makers of what we read."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def run(*command: str | Path, stdin: str = "", **environment: str) -> str:
    """What the command printed on standard output; a failure fails the test with everything it said."""
    done = subprocess.run(
        [str(part) for part in command],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout
