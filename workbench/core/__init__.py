"""The vocabulary: messages, parameters, geometry, errors. Imports numpy only."""
