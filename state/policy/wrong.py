"""What is wrong with a policy file, as one sentence with file, line and remedy."""

from state.text import clean


class PolicyInvalid(Exception):
    """A policy file that cannot be used. `line` counts from 1; 0 where the whole file is meant."""

    def __init__(self, name: str, line: int, text: str, remedy: str) -> None:
        told = clean(f"{name}:{line}: {text}" if line else f"{name}: {text}")
        super().__init__(told)
        self.name, self.line, self.text, self.remedy = name, line, told, clean(remedy)
