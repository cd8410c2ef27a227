"""The wire: dialing, trust, authentication, channels."""
