"""Human attention: how long was looked at what, and what humans said and did to runs."""
