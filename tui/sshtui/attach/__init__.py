"""A SEAT AT A RUNNING APP: the way between an app without a terminal and those who look at it. Standard library only."""
