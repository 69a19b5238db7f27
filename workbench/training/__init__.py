"""Training of the networks. The only place that imports torch."""
