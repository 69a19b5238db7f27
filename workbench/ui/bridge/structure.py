"""Start and stop, and what the chain is built of: source, sink, array, layout, channels, the simulated room."""

from __future__ import annotations

from pathlib import Path

from workbench.ui.bridge.state import BridgeState


class StructureCommands(BridgeState):
    """What builds the chain anew, or moves somebody in its room."""

    def start(self) -> bool:
        """Start the sound."""
        return self._do(self.session.start)

    def stop(self) -> bool:
        """Stop the sound."""
        return self._do(self.session.stop)

    def toggle_running(self) -> None:
        """Start or stop."""
        if self.session.running:
            self.stop()
        else:
            self.start()

    def choose_source(self, spec: str) -> bool:
        """Another source: a device, a file or the room."""
        return self._do(self.session.choose_source, spec)

    def choose_sink(self, spec: str) -> bool:
        """Another sink."""
        return self._do(self.session.choose_sink, spec)

    def choose_array(self, name: str) -> bool:
        """Another microphone array."""
        return self._do(self.session.choose_array, name)

    def choose_layout(self, name: str) -> bool:
        """Another loudspeaker layout."""
        return self._do(self.session.choose_layout, name)

    def set_inputs(self, setup) -> bool:
        """Another channel map, calibration, rate or block of the source (InputSetup)."""
        return self._do(self.session.set_inputs, setup)

    def set_outputs(self, setup) -> bool:
        """Another rate or block of the sink (OutputSetup)."""
        return self._do(self.session.set_outputs, setup)

    def reopen_devices(self) -> bool:
        """End the devices' streams and open them anew."""
        return self._do(self.session.reopen_devices)

    def flush(self) -> bool:
        """Bring the playback queue back to its length."""
        return self._do(self.session.flush)

    def move_talker(self, number: int, azimuth_rad: float, distance_m: float, gesture: str | None = None) -> bool:
        """Put a talker of the simulated room somewhere else; one gesture is one undo step."""
        return self._do(self.session.move_talker, number, azimuth_rad, distance_m, gesture=gesture)

    def set_room_scene(self, scene, gesture: str | None = None) -> bool:
        """Change the simulated room; one gesture is one undo step."""
        return self._do(self.session.set_room_scene, scene, gesture=gesture or None)

    def save_room_scene(self, path: Path) -> bool:
        """Write the simulated room as it is now to a TOML file."""
        return self._do(self.session.save_room_scene, path)

    def release_talkers(self) -> bool:
        """Let everybody who was dragged go back to the own path."""
        return self._do(self.session.release_talkers)
