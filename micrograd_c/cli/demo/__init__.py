"""What the command ``demo`` draws, trains on and how."""
