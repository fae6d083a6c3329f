# golden: flow_cfg_edges(kind, completion, src, dst, is_implicit_raise)
def read(paths):
    for path in paths:
        try:
            with open(path) as file:
                return file.read()
        except OSError as error:
            print(error)
            continue
        finally:
            close(path)
    assert paths, "none"
