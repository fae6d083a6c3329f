from .loop_a import turn
