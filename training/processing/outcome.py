"""What an engine tells of its work."""

from collections.abc import Mapping
from dataclasses import dataclass

from training.processing.clean import LEFT_OUT


@dataclass(frozen=True)
class Outcome:
    """How many rows were written, by why they are left out; "" is for those that are used."""

    rows: Mapping[str, int]

    def text(self) -> str:
        """Some lines for people."""
        lines = [
            f"processed: {sum(self.rows.values())} records, {self.rows.get('', 0)} of them used"
        ]
        lines += [f"left out: {self.rows[why]} ({why})" for why in LEFT_OUT if self.rows.get(why)]
        return "\n".join(lines)
