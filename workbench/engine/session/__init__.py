"""The live session: what the window and the scripts command.

`Session` is put together from what belongs together: parameters, structure, channels of the source, recordings, and so
on, each in a module of its own; they share `SessionState`.
"""

from workbench.engine.session.session import Session

__all__ = ["Session"]
