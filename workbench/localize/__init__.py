"""Localization and tracking of talkers."""
