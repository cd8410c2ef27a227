"""An embedded SSH server on loopback."""
