"""Panels that float over the window, one module a panel."""
