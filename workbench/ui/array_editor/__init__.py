"""Editor of microphone arrays: a picture and a table of the same draft."""

from workbench.ui.array_editor.panel import ArrayPanel

__all__ = ["ArrayPanel"]
