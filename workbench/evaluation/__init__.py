"""Metrics, test sets, peers and reports."""
