"""Pictures of the loudspeakers' panels for the handbook: a real design of five drivers, its layout, its trade-offs.

Called by `make_screenshots.py` with a theme and a folder.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QWidget

from workbench.core import params as parameters
from workbench.core.geometry import load_layout
from workbench.core.params import Params
from workbench.engine.listening_room import ListeningRoom, room_depth
from workbench.render.design import design_settings, load_design
from workbench.render.detail import loudspeaker_detail
from workbench.render.renderer import design_render, loudspeaker_response
from workbench.render.tradeoffs import trades
from workbench.ui import theme
from workbench.ui.layout_editor import LayoutPanel
from workbench.ui.loudspeaker_panel import LoudspeakerPanel
from workbench.ui.structure_choices import layout_choices
from workbench.ui.style import style_sheet
from workbench.ui.trade_panel import TradePanel


def main(name: str, folder: Path) -> None:
    """Take the three pictures in one theme."""
    application = QApplication([])
    tokens = theme.THEMES[name]
    application.setStyleSheet(style_sheet(tokens))
    window = QWidget()
    window.setObjectName("window")
    window.resize(1280, 820)
    window.show()
    layout = load_layout("sphere5-60mm")
    params = parameters.replace(Params(), design_settings(load_design("beam")))

    design = LoudspeakerPanel(window)
    filters = design_render(layout, params.render)
    detail = loudspeaker_detail(layout, params.render, filters)
    detail = dataclasses.replace(detail, depth=room_depth(layout, filters, ListeningRoom()))
    design.set_layout(layout)
    design.show_response(dataclasses.replace(loudspeaker_response(layout, filters), detail=detail))
    editor = LayoutPanel(window, folder / "none", lambda: layout_choices(folder / "none"))
    trade = TradePanel(window)
    trade.set_layout(layout)
    trade.front.show_trades(None)
    result = trades(layout, params.render)
    for plot in trade.plots:
        plot.show_trades(result)
    design.show_params(params, params)
    trade.show_params(params)
    design.view.settings.show_group("centre")
    for panel, file in ((design, "loudspeakers"), (editor, "layout-editor"), (trade, "trade-offs")):
        panel.apply_theme(tokens)
        panel.show_at(None)
        if panel is editor:
            editor.begin_with(layout, "sphere5-60mm")
        application.processEvents()
        panel.grab().save(str(folder / f"{file}-{name}.png"))
        panel.dismiss()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
