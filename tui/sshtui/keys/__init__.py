"""Key pairs: inspect, generate, convert, agent, install."""
