"""Earshot: a live audio workbench."""

import os

__version__ = "0.1.0"

# The program talks to nobody. onnxruntime would report each run to its maker, with an identity of the computer that it
# keeps in the user's cache; it looks here before it does anything, in child processes too.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
