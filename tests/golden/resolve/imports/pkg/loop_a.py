from .loop_b import turn
