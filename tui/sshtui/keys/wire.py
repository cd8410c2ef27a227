"""SSH wire values (RFC 4251 section 5), as key files use them."""

from __future__ import annotations

from sshtui.errors import KeyFormatError


class Reader:
    """Takes values off the front of `data`; damage raises KeyFormatError."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        end = self._at + count
        if end > len(self._data):
            raise KeyFormatError("The key data ends too early; the file is cut off or damaged.")
        part = self._data[self._at : end]
        self._at = end
        return part

    def uint32(self) -> int:
        """The next four bytes as a number."""
        return int.from_bytes(self.take(4), "big")

    def uint64(self) -> int:
        """The next eight bytes as a number."""
        return int.from_bytes(self.take(8), "big")

    def string(self) -> bytes:
        """The next length-prefixed string."""
        return self.take(self.uint32())

    def mpint(self) -> int:
        """The next number, two's complement, most significant byte first."""
        return int.from_bytes(self.string(), "big", signed=True)

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self._at >= len(self._data)


def string(data: bytes) -> bytes:
    """`data` with its length in front."""
    return len(data).to_bytes(4, "big") + data


def uint32(number: int) -> bytes:
    """`number` in four bytes."""
    return number.to_bytes(4, "big")


def mpint(number: int) -> bytes:
    """A number of 0 or more, in as few bytes as its sign allows."""
    return string(number.to_bytes(number.bit_length() // 8 + 1, "big") if number else b"")
