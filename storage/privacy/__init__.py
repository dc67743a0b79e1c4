"""How people are kept apart without being named, shown what is kept about them, and forgotten."""
