"""The window's theme: which tokens a choice means, and how they reach every widget."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from workbench.ui import theme
from workbench.ui.style import style_sheet

THEME_CHOICES = ("dark", "light", "contrast", "system")
THEME_NAMES = {"contrast": "High contrast"}


def _high_contrast_wanted() -> bool:
    hints = getattr(QGuiApplication.styleHints(), "accessibility", None)  # from Qt 6.10 on
    return hints is not None and hints().contrastPreference() == Qt.ContrastPreference.HighContrast


def resolve_theme(choice: str) -> theme.Tokens:
    """Tokens of a theme, or of "system": the desktop's own choice, high contrast included; dark where it has none."""
    if choice == "system" and _high_contrast_wanted():
        choice = "contrast"
    elif choice == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        choice = "light" if scheme == Qt.ColorScheme.Light else "dark"
    return theme.THEMES[choice]


def dress(window: QWidget, tokens: theme.Tokens) -> None:
    """Give the window and everything in it these colours."""
    QApplication.setPalette(theme.palette(tokens))
    window.setStyleSheet(style_sheet(tokens))
    for widget in [*window.findChildren(QWidget)]:
        apply = getattr(widget, "apply_theme", None)
        if apply is not None:
            apply(tokens)
    window.update()
