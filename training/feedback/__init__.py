"""From people's votes to data sets: what they agree on, and whose votes count."""
