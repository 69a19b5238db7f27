"""Editor of loudspeaker layouts: a picture and a table of the same draft."""

from workbench.ui.layout_editor.panel import LayoutPanel

__all__ = ["LayoutPanel"]
