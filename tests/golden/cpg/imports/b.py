LIMIT = 1


def f(): ...
