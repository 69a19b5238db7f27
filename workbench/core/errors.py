"""The errors that reach a person: each message says what is wrong, where, and what to do."""


class EarshotError(Exception):
    """Something failed while running (exit code 1). Base of every error shown to a person."""


class InputError(EarshotError, ValueError):
    """An argument, file or setting cannot be used (exit code 2). Nothing was changed."""


class DeviceError(EarshotError):
    """A sound device is missing, refuses the request or stopped answering (exit code 1)."""


class DeviceUnavailable(DeviceError):
    """A sound device cannot be opened now.

    direction : "input" or "output".
    cause : "missing", "rate" or "channels" (it refuses them), "busy" (any other refusal), "silent" (no answer).
    """

    def __init__(self, text: str, direction: str, cause: str):
        super().__init__(text)
        self.direction, self.cause = direction, cause
