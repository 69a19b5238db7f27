"""What the editors of microphone arrays and loudspeaker layouts share: a draft with undo, a table, a panel."""

from workbench.ui.editor.draft import Draft
from workbench.ui.editor.panel import EditorPanel
from workbench.ui.editor.table import DraftTable, read_number

__all__ = ["Draft", "DraftTable", "EditorPanel", "read_number"]
