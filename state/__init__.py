"""What is true: pure values and rules, the store that keeps them, and the loop that feeds it."""
