"""Signal processing that the stages share: arrays in, arrays out."""
