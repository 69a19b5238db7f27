import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QImage
from PySide6.QtWidgets import QApplication, QMenu, QVBoxLayout, QWidget

from workbench.ui import theme
from workbench.ui.file_asker import FileAsker
from workbench.ui.pictures import PictureControl, file_stem, paint_picture, picture_at
from workbench.ui.saving import Saver
from workbench.ui.views.plot import Painted


class Cross(Painted):
    """A plot with a line as thin as can be."""

    def __init__(self):
        super().__init__()
        self.ratios = []
        self.setFixedSize(100, 60)
        self.setAccessibleName("A cross, thin")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("picture", True)

    def paint_background(self, painter):
        self.ratios.append(painter.device().devicePixelRatioF())
        painter.setPen(QColor("#ff0000"))
        painter.drawLine(0, 30, 100, 30)


@pytest.fixture
def window(qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)
    window.plot, inner = Cross(), QWidget()
    window.inner = inner
    inner.setParent(window.plot)
    layout = QVBoxLayout(window)
    layout.addWidget(window.plot)
    store = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window.asker = FileAsker(window, store, tmp_path)
    window.said = []
    window.saver = Saver(window, window.said.append, window.said.append)
    window.control = PictureControl(window, window.asker, window.saver)
    window.show()
    return window


def test_a_picture_is_finer_than_the_screen_and_the_plot_goes_back_to_its_own(window):
    window.plot.apply_theme(theme.LIGHT)
    image = paint_picture(window.plot)
    assert (image.width(), image.height()) == (200, 120)
    window.plot.repaint()
    assert window.plot.ratios[-2:] == [2.0, 1.0]
    rows = [y for y in range(120) if QColor(image.pixel(100, y)).name() == "#ff0000"]
    assert len(rows) == 2  # one of Qt's pixels
    assert paint_picture(window).width() == window.width()
    assert QColor(image.pixel(5, 5)).name() == theme.LIGHT.panel.lower()


def test_the_file_is_named_like_the_plot(window):
    assert file_stem(window.plot) == "a-cross-thin"
    window.plot.setProperty("picture", "cross")
    assert file_stem(window.plot) == "cross"
    assert picture_at(window.inner) is window.plot and picture_at(window) is None


def test_the_context_menu_saves_what_was_seen_when_it_was_asked(window, qtbot, tmp_path):
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), window.plot.mapToGlobal(QPoint(5, 5)))
    QApplication.sendEvent(window.plot, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu) and "Save a picture" in menu.actions()[0].text()
    menu.actions()[0].trigger()
    menu.close()
    assert "a-cross-thin" in window.asker.dialog.selectedFiles()[0]
    with qtbot.waitSignal(window.saver.saved, timeout=20000):
        window.asker.dialog.fileSelected.emit(str(tmp_path / "cross.png"))
    assert QImage(str(tmp_path / "cross.png")).width() == 200
    assert window.said == ["Saved cross.png"]
    window.asker.dialog.close()


def test_menu_and_key_reach_every_plot(window, qtbot):
    menu = QMenu(window)
    window.control.fill_menu(menu)
    assert [action.text() for action in menu.actions()] == ["The window…", "A cross, thin…"]
    window.activateWindow()
    window.plot.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.plot)
    window.control.save_wanted()
    assert "A cross, thin" in window.asker.dialog.windowTitle()
    window.plot.hide()
    assert window.control.shown == []
    window.asker.dialog.close()
