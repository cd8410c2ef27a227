"""Saved passwords, passphrases and one-time-code secrets: where they are kept and when they answer a server."""
