"""Builds the real parts and runs them: the one place that knows all rooms.

Only what the first frame needs is imported at once; asyncssh follows in a thread, after that frame.
"""
