"""What is wrong with a policy file, as one sentence with file, line and remedy."""


class PolicyInvalid(Exception):
    """A policy file that cannot be used. `line` counts from 1; 0 where the whole file is meant."""

    def __init__(self, name: str, line: int, text: str, remedy: str) -> None:
        place = f"{name}:{line}" if line else name
        super().__init__(f"{place}: {text}")
        self.name, self.line, self.text, self.remedy = name, line, f"{place}: {text}", remedy
