from_star = 1
_hidden = 2
