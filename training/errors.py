"""What goes wrong in training for a reason the user can mend."""

from shared.errors import CareerClimberError


class DataError(CareerClimberError):
    """The data are not usable as they are. The message is one line that says what to change."""
