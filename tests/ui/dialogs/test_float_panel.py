import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from workbench.ui.dialogs import FloatPanel
from workbench.ui.theme import GUTTER

BETWEEN = QRect(0, 56, 1280, 712)


class Barred(QWidget):
    """A window with a toolbar above and a status bar below."""

    def between_bars(self) -> QRect:
        return BETWEEN


@pytest.fixture
def window(qtbot):
    made = Barred()
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    return made


def panel_of(window, height: int, least: int | None = None) -> FloatPanel:
    """A panel that would like a height for its content, and needs the least of it."""

    class Content(QLabel):
        def sizeHint(self):
            return QSize(300, height)

    panel = FloatPanel("Panel", 400, window)
    content = Content("content")
    content.setMinimumHeight(height if least is None else least)
    panel.body.addWidget(content)
    return panel


def test_a_panel_leaves_the_bars_free_wherever_it_is_wanted(window):
    panel = panel_of(window, 300)
    for wanted in (QPoint(0, 0), QPoint(1200, 10), QPoint(0, 790)):
        panel.show_at(lambda wanted=wanted: wanted)
        assert BETWEEN.adjusted(GUTTER, GUTTER, -GUTTER, -GUTTER).contains(panel.geometry())
    panel.show_at(lambda: QPoint(0, 790))
    assert panel.geometry().bottom() == BETWEEN.bottom() - GUTTER


def test_what_scrolls_shrinks_before_it_covers_a_bar(window):
    panel = panel_of(window, 900, least=200)
    panel.show_at(None)
    assert panel.geometry().top() == BETWEEN.top() + GUTTER
    assert panel.geometry().bottom() == BETWEEN.bottom() - GUTTER


def test_what_would_be_squeezed_takes_the_place_of_the_bars(window):
    panel = panel_of(window, 720)
    panel.show_at(None)
    assert panel.height() == panel.wanted_height() > BETWEEN.height() - 2 * GUTTER
    assert window.rect().adjusted(GUTTER, GUTTER, -GUTTER, -GUTTER).contains(panel.geometry())


def test_the_keys_go_back_to_where_they_were(window, qtbot):
    button, other = (QPushButton(name, window) for name in ("one", "two"))
    for one in (button, other):
        one.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    panel = panel_of(window, 300)
    button.setFocus()
    panel.show_at(None)
    panel.pin.setFocus()
    panel.dismiss()
    assert button.hasFocus()
    window.setFocus()  # nobody has them: then no button gets a ring that nobody asked for
    panel.show_at(None)
    panel.dismiss()
    assert not button.hasFocus() and not other.hasFocus()
    button.setFocus()
    panel.show_at(None)
    other.setFocus()  # whoever has gone on elsewhere is left alone
    panel.dismiss()
    assert other.hasFocus()
    panel.show_at(None)
    other.hide()
    panel.dismiss()
    assert window.hasFocus()


def test_a_plain_window_is_used_as_a_whole(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    panel = panel_of(window, 300)
    panel.show_at(lambda: QPoint(0, 0))
    assert panel.pos() == QPoint(GUTTER, GUTTER)
