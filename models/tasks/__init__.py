"""One file per task: text to encoding, logits to a typed result."""
