"""The window's only door to the engine.

`Bridge` is put together from what belongs together: settings, structure, A and B, and so on, each in a module of its
own; they share `BridgeState`.
"""

from workbench.ui.bridge.bridge import Bridge

__all__ = ["Bridge"]
