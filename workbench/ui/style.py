"""Qt's style sheet from the tokens: what the widgets do not paint themselves."""

from __future__ import annotations

from workbench.ui import theme
from workbench.ui.icons import blend
from workbench.ui.theme import Tokens


def style_sheet(tokens: Tokens) -> str:
    """The style sheet of the whole window. Sizes and fonts are set in code; here are colours, lines and radii."""
    t = tokens
    faint = blend(t.text3, t.panel, 0.5)
    return f"""
    QToolTip {{ background: {t.raised}; color: {t.text1}; border: 1px solid {t.line_strong}; padding: 4px 6px; }}
    QWidget#window, QMainWindow#work {{ background: {t.window}; }}
    QMainWindow#work::separator {{ background: {t.window}; width: {theme.GUTTER}px; height: {theme.GUTTER}px; }}
    QMainWindow#work::separator:hover {{ background: {t.line}; }}
    QFrame#panel, QFrame#floatPanel {{
        background: {t.panel}; border: 1px solid {t.line}; border-radius: {theme.RADIUS_PANEL}px; }}
    QFrame#floatPanel {{ border-color: {t.line_strong}; }}
    QFrame#toolbar {{ background: {t.panel}; border: none; border-bottom: 1px solid {t.line}; }}
    QFrame#statusBar {{ background: {t.panel}; border: none; border-top: 1px solid {t.line}; }}
    QFrame#rule {{ background: {t.line}; border: none; }}
    QLabel {{ color: {t.text1}; background: transparent; }}
    QLabel[tone="2"] {{ color: {t.text2}; }}
    QLabel[tone="3"] {{ color: {t.text3}; }}
    QLabel[tone="clip"] {{ color: {t.clip}; }}
    QLabel[tone="warning"] {{ color: {t.warning}; }}

    QLabel[keycap="true"] {{ background: {t.raised}; border: 1px solid {t.line_strong};
        border-radius: {theme.RADIUS_FIELD}px; padding: 0 5px; }}

    QPushButton {{
        background: {t.raised}; color: {t.text1}; border: 1px solid {t.line};
        border-radius: {theme.RADIUS_TOOLBAR}px; padding: 0 12px; }}
    QPushButton:hover {{ background: {t.hover}; }}
    QPushButton:pressed {{ background: {t.hover}; border-color: {t.line_strong}; }}
    QPushButton:checked {{ background: {t.hover}; border-color: {t.accent}; }}
    QPushButton:focus {{ border: 2px solid {t.accent}; padding: 0 11px; outline: none; }}
    QPushButton[byMouse="true"]:focus {{ border: 1px solid {t.line}; padding: 0 12px; }}
    QPushButton:disabled {{ color: {faint}; }}
    QPushButton[state="running"] {{ border: 1px solid {t.accent}; }}
    QPushButton[state="recording"], QPushButton[state="muted"] {{ border: 1px solid {t.clip}; }}
    QPushButton[flat="true"] {{ background: transparent; border: 1px solid transparent; color: {t.text2}; }}
    QPushButton[flat="true"]:hover {{ background: {t.hover}; color: {t.text1}; }}
    QPushButton[flat="true"]:focus {{ border: 2px solid {t.accent}; padding: 0 11px; }}
    QPushButton[flat="true"][byMouse="true"]:focus {{ border: 1px solid transparent; padding: 0 12px; }}
    QPushButton[byMouse="true"]:checked:focus {{ border-color: {t.accent}; }}
    QPushButton[byMouse="true"][flat="true"]:checked:focus {{ border-color: transparent; }}
    QPushButton[byMouse="true"][state="running"]:focus {{ border-color: {t.accent}; }}
    QPushButton[byMouse="true"][state="recording"]:focus, QPushButton[byMouse="true"][state="muted"]:focus {{
        border-color: {t.clip}; }}
    QPushButton[flat="true"]:checked {{ background: {t.raised}; color: {t.text1}; }}

    QPushButton::menu-indicator {{ image: none; width: 0; }}

    QToolButton {{ background: transparent; border: 1px solid transparent;
        border-radius: {theme.RADIUS_TOOLBAR}px; color: {t.text2}; }}
    QToolButton:hover {{ background: {t.hover}; }}
    QToolButton:checked {{ background: {t.raised}; color: {t.text1}; }}
    QToolButton:focus {{ border: 2px solid {t.accent}; }}
    QToolButton[byMouse="true"]:focus {{ border: 1px solid transparent; }}
    QToolButton:disabled {{ color: {faint}; }}
    QToolButton::menu-indicator {{ image: none; width: 0; }}

    QLineEdit {{ background: {t.field}; color: {t.text1}; border: 1px solid {t.line};
        border-radius: {theme.RADIUS_TOOLBAR}px; padding: 0 6px;
        selection-background-color: {t.accent}; selection-color: {t.on_ab}; }}
    QLineEdit:focus {{ border: 2px solid {t.accent}; padding: 0 5px; }}
    QLineEdit[search="true"] {{ padding-left: 28px; padding-right: 52px; }}
    QLineEdit[search="true"]:focus {{ padding-left: 27px; padding-right: 51px; }}

    QAbstractSpinBox {{ background: {t.field}; color: {t.text1}; border: 1px solid {t.line};
        border-radius: {theme.RADIUS_FIELD}px; padding: 0 6px; min-height: 22px;
        selection-background-color: {t.accent}; selection-color: {t.on_ab}; }}
    QAbstractSpinBox:hover {{ border: 1px solid {t.line_strong}; }}
    QAbstractSpinBox:focus {{ border: 2px solid {t.accent}; padding: 0 5px; min-height: 20px; }}
    QAbstractSpinBox:disabled {{ color: {faint}; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: none; }}

    QComboBox {{ combobox-popup: 0; }}
    QComboBox QAbstractItemView {{ background: {t.raised}; color: {t.text1}; border: 1px solid {t.line_strong};
        padding: 4px; outline: none;
        selection-background-color: {t.hover}; selection-color: {t.text1}; }}
    QComboBox QAbstractItemView::item {{ min-height: 28px; padding: 0 6px; border-radius: 4px; }}
    QComboBox QAbstractItemView::item:selected {{ background: {t.hover}; }}

    QMenu {{ background: {t.raised}; color: {t.text1}; border: 1px solid {t.line_strong}; padding: 4px; }}
    QMenu::item {{ padding: 6px 28px 6px 28px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {t.hover}; }}
    QMenu::item:disabled {{ color: {faint}; }}
    QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 0; }}

    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
    QAbstractScrollArea::corner {{ background: transparent; border: none; }}
    QScrollBar:vertical {{ background: transparent; width: 8px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {t.line_strong}; border-radius: 3px; min-height: 24px; margin: 0 1px; }}
    QScrollBar::handle:vertical:hover {{ background: {t.text3}; }}
    QScrollBar:horizontal {{ background: transparent; height: 8px; margin: 0; }}
    QScrollBar::handle:horizontal {{ background: {t.line_strong}; border-radius: 3px; min-width: 24px; margin: 1px 0; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QDockWidget {{ border: none; }}
    QMainWindow#work > QTabBar {{ background: {t.window}; qproperty-drawBase: 0; }}
    QMainWindow#work > QTabBar::tab {{ background: {t.window}; color: {t.text2}; padding: 5px 12px;
        margin: 2px 4px 2px 0; border: 2px solid transparent; border-radius: {theme.RADIUS_FIELD}px; }}
    QMainWindow#work > QTabBar::tab:hover {{ background: {t.hover}; }}
    QMainWindow#work > QTabBar::tab:selected {{ background: {t.raised}; color: {t.text1}; }}
    QMainWindow#work > QTabBar::tab:focus {{ border-color: {t.accent}; }}
    """
