"""A refusal: the theorem that does not hold, and on which path."""

from theorems import THEOREMS


class Refused(Exception):
    """The program breaks a theorem."""

    def __init__(self, theorem, reason):
        super().__init__(f"{theorem}: {reason}")
        assert theorem in THEOREMS, theorem
        self.theorem = theorem
        self.reason = reason
        self.trace = None  # the calls and their results on the way there


class NotProven(Exception):
    """angr cannot execute the program, so nothing is known of it."""
