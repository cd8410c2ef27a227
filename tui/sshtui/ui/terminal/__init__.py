"""The parts of the terminal view: colours, strips, scrolling, copy mode, links, clipboard."""
