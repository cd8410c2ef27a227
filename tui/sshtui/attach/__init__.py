"""A SEAT AT A RUNNING APP: the way between an app without a terminal and its viewers. Standard library only."""
