"""Starting an app leaves nothing behind when the app does not come, or has gone again."""

from __future__ import annotations

import os

import pytest

from sshtui.attach.starting import Starting
from sshtui.errors import AttachError


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_an_app_that_cannot_be_started_leaves_no_descriptor() -> None:
    before = descriptors()
    with pytest.raises(AttachError, match="cannot be started"):
        Starting(["/nowhere/sshtui"], die_with_parent=True)
    assert descriptors() == before


def test_apps_that_came_and_went_leave_no_descriptor_but_the_last_ones() -> None:
    before = descriptors()
    for _ in range(5):
        with pytest.raises(AttachError, match="ended before"):
            Starting(["/bin/true"], die_with_parent=True).wait()
    assert descriptors() <= before + 1
