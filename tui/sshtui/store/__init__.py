"""Our files and other programs' files."""
