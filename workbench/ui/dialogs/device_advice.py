"""What to do when a device cannot be opened: from what it said to a sentence for a person."""

from __future__ import annotations

import re

_RULES = (
    (r"busy|unavailable|in use", "Another program holds it: close that, or choose it through PipeWire or JACK."),
    (r"\(its own rate is", "Choose its own rate below, or Automatic."),
    (r"refuses .*channel|channel \d+ was asked for|Invalid number of channels",
     "It has fewer channels than were asked for: leave out those that it lacks in the channel map."),
    (r"Invalid sample rate|sample rate", "Choose another rate below, or Automatic."),
    (r"no device of that name|was lost|is lost|not there", "Plug it in again: it is taken by itself when it is back."),
    (r"no host API.*JACK|JACK is there only", "Start the JACK server, then refresh the list."),
    (r"no default", "Name a device of the list below."),
    (r"does not answer|did not answer|no sound comes", "Unplug it and plug it in again, or choose another one."),
    (r"PortAudio library", "Install PortAudio (on Debian: apt install libportaudio2)."),
    (r"not a sound file|cannot be read|no such file|is damaged|truncated", "Choose another recording."),
)  # fmt: skip


def advice(message: str) -> str:
    """What helps against an error of a device, or an empty text."""
    for pattern, text in _RULES:
        if re.search(pattern, message, re.IGNORECASE):
            return text
    return ""
