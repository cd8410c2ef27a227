"""Runs on the server side: puts its terminal into raw mode and writes every byte it gets to a file.

Usage: recorder.py FILE. Prints READY when it listens; standard library only.
"""

import os
import sys
import tty


def main() -> None:
    with open(sys.argv[1], "wb", buffering=0) as record:
        tty.setraw(0)
        os.write(1, b"READY\r\n")
        while data := os.read(0, 4096):
            record.write(data)


main()
