"""Bytes in, a picture and facts out. Pure: no clock, no IO."""
