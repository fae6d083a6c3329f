# golden: flow_cfg_edges(kind, completion, src, dst, is_implicit_raise)
def attempt(a):
    try:
        a()
    except OSError:
        return 1
    except (KeyError, ValueError) as e:
        e()
    except:
        raise
    else:
        a = 2
    finally:
        a(3)
    try:
        a()
    except* TypeError as group:
        group()
    try:
        raise a
    finally:
        pass
