"""One view a module; a view knows core and theme alone and computes no signal processing."""
