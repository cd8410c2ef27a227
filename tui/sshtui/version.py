"""The version, in one place, without looking at installed metadata (which costs 20 ms)."""

__version__ = "0.1.0"
