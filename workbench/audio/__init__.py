"""Sound in and out: devices, files, the simulated room, recording. No processing."""
