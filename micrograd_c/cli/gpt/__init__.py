"""What the command ``gpt`` is made of: the text, the model, its training and its file."""
