"""Sets of names written as one text, which is how tables of programs are read best."""


def named(*texts: str) -> frozenset[str]:
    """Give the names in some texts, parted by spaces."""
    return frozenset(name for text in texts for name in text.split())
