"""What a person sees."""

import os

# Textual reads this once, when it is imported, which only modules of this package do: milliseconds after which an
# Esc byte is the Esc key. Textual's own 100 are felt in vi. A person's own value stands.
os.environ.setdefault("ESCDELAY", "20")
