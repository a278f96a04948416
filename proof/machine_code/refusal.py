"""A refusal: the theorem that does not hold, and where."""


class Refused(Exception):
    """The program breaks a theorem."""

    def __init__(self, theorem, reason):
        super().__init__(f"{theorem}: {reason}")
        self.theorem = theorem
        self.reason = reason
