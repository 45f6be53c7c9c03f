"""Commands without a screen: each prints one document and ends. None of them imports textual."""
