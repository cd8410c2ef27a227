"""Whole screens: the main one, the palette, the help."""
