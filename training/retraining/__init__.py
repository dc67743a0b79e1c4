"""From votes to a model that serves: snapshot, fine-tuning, gate, promotion; a kill does no harm."""
