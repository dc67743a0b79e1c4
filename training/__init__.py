"""How the built-in model is made: corpus, tokenizer, pre-training, fine-tuning, evaluation."""
