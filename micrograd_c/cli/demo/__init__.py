"""The parts of the command ``demo``: its dataset, its training and its pictures."""
