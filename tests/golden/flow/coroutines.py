# golden: flow_cfg_edges(kind, completion, src, dst, is_implicit_raise)
async def serve(a):
    async with a as b:
        async for c in b:
            yield await c
    d = yield


def delegate(a):
    r = yield from a
    return r
