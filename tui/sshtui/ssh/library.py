"""asyncssh, imported once and quietly; the other modules of this room take it from here.

Importing this module is what costs (about 75 ms), so whoever paints first imports it later, in a thread.
"""

from __future__ import annotations

import ctypes.util
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.utils import CryptographyDeprecationWarning


@contextmanager
def _no_library_search() -> Iterator[None]:
    """asyncssh looks for liboqs and nettle through ldconfig, gcc and ld: nine programs at every start.

    Without them it lacks only sntrup761 and UMAC, which no server of today needs.
    """
    find_library = ctypes.util.find_library
    ctypes.util.find_library = lambda name: None
    try:
        yield
    finally:
        ctypes.util.find_library = find_library


with _no_library_search():
    import asyncssh

# Whatever reaches stderr is painted over the screen: cryptography warns at every finite-field exchange,
# asyncssh logs every connection.
warnings.filterwarnings("ignore", category=CryptographyDeprecationWarning)
_log = logging.getLogger("asyncssh")
_log.propagate = False
_log.addHandler(logging.NullHandler())  # without any handler, warnings go to stderr all the same

__all__ = ["asyncssh"]
