"""The live engine: chain, threads, session. No Qt."""
