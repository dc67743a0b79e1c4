"""How people are kept apart without being named."""
