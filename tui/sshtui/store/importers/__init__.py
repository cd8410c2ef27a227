"""Hosts from other programs' files. Each reader returns what it found and writes nothing."""
