"""The screen: shows what state knows, and asks the human."""
