"""Speech enhancement (PercepNet and its classical reference)."""
