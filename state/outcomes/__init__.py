"""What the work came to: each figure with its numerator, its denominator and the events that it is made of."""
