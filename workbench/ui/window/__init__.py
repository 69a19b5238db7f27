"""The parts of the main window, one subject each: appearance, docks, panels, menus, keys, wires, files."""
