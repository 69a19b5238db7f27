"""The window. The only place that imports Qt."""

import builtins

_plain_import = builtins.__import__

import PySide6.QtCore  # noqa: E402, F401

# PySide6 puts an import function of its own in place, which reads the source of every module imported from then on to
# see whether it asks for Qt's optional naming features. Nothing here does; reading 700 files costs the start of the
# window most of a second, and 50 MB.
builtins.__import__ = _plain_import
