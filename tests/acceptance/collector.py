"""A collector of traces for the tests: an HTTP server that takes OTLP requests and decodes both of their forms.

The protobuf form is read by field numbers of the OTLP specification, written down here and not taken from the program, into
what the JSON form says: ids hexadecimal, 64-bit numbers as texts.
"""

import contextlib
import http.server
import json
import struct
import threading


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(data):
    """(number, value) of a message; values are integers or bytes."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 1:
            (value,), at = struct.unpack_from("<Q", data, at), at + 8
        elif kind == 2:
            size, at = varint(data, at)
            value, at = data[at : at + size], at + size
            assert len(value) == size
        else:
            raise AssertionError(f"wire type {kind}")
        yield number, value


def signed(value):
    return value - (1 << 64) if value >= 1 << 63 else value


def any_value(data):
    ((number, value),) = fields(data)
    return {
        1: lambda: {"stringValue": value.decode()},
        2: lambda: {"boolValue": bool(value)},
        3: lambda: {"intValue": str(signed(value))},
        4: lambda: {"doubleValue": struct.unpack("<d", struct.pack("<Q", value))[0]},
    }[number]()


def attribute(data):
    message = dict(fields(data))
    return {"key": message[1].decode(), "value": any_value(message[2])}


def event(data):
    found = {"attributes": []}
    for number, value in fields(data):
        if number == 1:
            found["timeUnixNano"] = str(value)
        elif number == 2:
            found["name"] = value.decode()
        elif number == 3:
            found["attributes"].append(attribute(value))
    return found


def span(data):
    found = {"parentSpanId": "", "attributes": [], "events": [], "status": {}}
    texts = {1: ("traceId", bytes.hex), 2: ("spanId", bytes.hex), 4: ("parentSpanId", bytes.hex), 5: ("name", bytes.decode)}
    for number, value in fields(data):
        if number in texts:
            name, read = texts[number]
            found[name] = read(value)
        elif number == 6:
            found["kind"] = value
        elif number in (7, 8):
            found["startTimeUnixNano" if number == 7 else "endTimeUnixNano"] = str(value)
        elif number == 9:
            found["attributes"].append(attribute(value))
        elif number == 11:
            found["events"].append(event(value))
        elif number == 15:
            status = dict(fields(value))
            found["status"] = {"message": status[2].decode(), "code": status[3]}
        else:
            raise AssertionError(f"field {number} of a span")
    return found


def decode(data):
    """An ExportTraceServiceRequest as JSON has it."""
    request = {"resourceSpans": []}
    for number, resource_spans in fields(data):
        assert number == 1
        found = {"resource": {"attributes": []}, "scopeSpans": []}
        for part, value in fields(resource_spans):
            if part == 1:
                found["resource"]["attributes"] = [attribute(v) for n, v in fields(value) if n == 1]
            elif part == 2:
                scope = {"scope": {}, "spans": []}
                for n, v in fields(value):
                    if n == 1:
                        scope["scope"] = {{1: "name", 2: "version"}[k]: text.decode() for k, text in fields(v)}
                    elif n == 2:
                        scope["spans"].append(span(v))
                found["scopeSpans"].append(scope)
        request["resourceSpans"].append(found)
    return request


class Collector:
    def __init__(self, port, requests):
        self.endpoint = f"http://127.0.0.1:{port}"
        self.requests = requests  # (path, content type, decoded body)

    def spans(self):
        return [s for _, _, body in self.requests for r in body["resourceSpans"] for scope in r["scopeSpans"] for s in scope["spans"]]


@contextlib.contextmanager
def collector(*replies):
    """Answers with the statuses given, in order, and from then on with the last one (200 without any)."""
    requests, statuses = [], list(replies) or [200]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kind = self.headers["Content-Type"]
            requests.append((self.path, kind, json.loads(body) if kind == "application/json" else decode(body)))
            self.send_response(statuses[min(len(requests), len(statuses)) - 1])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Collector(server.server_address[1], requests)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
