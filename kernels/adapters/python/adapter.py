"""Kernels in numpy, with what relukit needs to judge them. Copy this file, and put your own kernels in.

A picture is a safetensors file: tensors as they lie in memory, with guards between them. It is read whole, always to the
same place, the kernels work on views of it, and it is written back whole. So the other side sees each byte that was
written where none should be.

    python3 adapter.py                        answers line by line
    python3 adapter.py --case IN --out OUT    runs one picture
"""

import json
import sys

try:
    import numpy as np
except ImportError:
    sys.exit("adapter.py: numpy is missing; expected it in this Python, as by pip install numpy")

DTYPES = {"F32": np.float32, "F64": np.float64}


class Unsupported(Exception):
    """What these kernels do not do."""


# ---- The kernels: from arrays, and outputs to be filled ----


def product(x, w, b, y, skip):
    """y[t, o] = sum over i of x[t, i] w[i, o], + b[o]; with skip, over the i where x[t, i] is not 0."""
    if skip:
        for t, row in enumerate(x):
            active = np.flatnonzero(row)
            y[t] = row[active] @ w[active]  # rows of w behind a zero are not read
    else:
        y[...] = x @ w
    if b is not None:
        y += b


def gated_product(x, w, g, h, skip):
    """h[t, f] = g[t, f] * sum over d of x[t, d] w[f, d]; with skip, row f of w is not read where g[t, f] is 0."""
    if skip:
        for t, gates in enumerate(g):
            open_ = np.flatnonzero(gates)
            row = np.zeros_like(gates)
            row[open_] = gates[open_] * (w[open_] @ x[t]) + 0
            h[t] = row
    else:
        h[...] = g * (x @ w.T) + 0  # -0 + 0 is +0


def activated(f, x):
    """f(x - shift), f of the ReLU family; each comparison is one that NaN fails, so that NaN stays NaN."""
    z = x - x.dtype.type(f.get("shift", 0))
    threshold = z.dtype.type(f.get("threshold", 0))
    if f["kind"] == "relu":
        return np.where(z <= 0, 0, z)
    if f["kind"] == "relu-squared":
        return np.where(z <= 0, 0, z * z)
    if f["kind"] == "fatrelu":
        return np.where(z < threshold, 0, z) + 0
    if f["kind"] == "fatrelu-strict":
        return np.where(z <= threshold, 0, z) + 0
    raise Unsupported(f"attribute f is {f['kind']}; expected one of the ReLU family")


# ---- The operators: which tensors a picture has, and the kernels over them ----


def linear(p):
    product(p["in.x"], p["in.w"], p.get("in.b"), p["out.y"], skip=False)


def active_linear(p):
    product(p["in.x"], p["in.w"], p.get("in.b"), p["out.y"], skip=True)


def gated_linear(p):
    gated_product(p["in.x"], p["in.w"], p["in.g"], p["out.h"], skip=False)


def active_gated_linear(p):
    gated_product(p["in.x"], p["in.w"], p["in.g"], p["out.h"], skip=True)


def activate(p):
    p["out.y"][...] = activated(p.attributes["f"], p["in.x"])


def feed_forward(p):
    """y = f(x up + upBias) down + downBias"""
    x, up, skip = p["in.x"], p["in.up"], p.attributes.get("skip", False)
    h = np.empty((x.shape[0], up.shape[1]), x.dtype)
    product(x, up, p.get("in.upBias"), h, skip=False)
    product(activated(p.attributes["f"], h), p["in.down"], p.get("in.downBias"), p["out.y"], skip)


def gated_feed_forward(p):
    """y = (f(x gate + gateBias) * (x up^T)) down + downBias"""
    x, gate, skip = p["in.x"], p["in.gate"], p.attributes.get("skip", False)
    h = np.empty((x.shape[0], gate.shape[1]), x.dtype)
    product(x, gate, p.get("in.gateBias"), h, skip=False)
    gated_product(x, p["in.up"], activated(p.attributes["f"], h), h, skip)
    product(h, p["in.down"], p.get("in.downBias"), p["out.y"], skip)


def rms_norm(p):
    """y[t, d] = x[t, d] / sqrt(mean of x[t]^2 + epsilon) * gain[d]"""
    x = p["in.x"]
    epsilon = x.dtype.type(p.attributes["epsilon"])
    root = np.sqrt(np.mean(x * x, axis=1, keepdims=True) + epsilon)
    p["out.y"][...] = x / root * p["in.gain"]


def softmax(p):
    """p[r, c] = exp(x[r, c] - top) / sum over c of exp(x[r, c] - top), with top the greatest of the row"""
    x = p["in.x"]
    if x.size > 0:
        e = np.exp(x - np.max(x, axis=1, keepdims=True))
        p["out.p"][...] = e / np.sum(e, axis=1, keepdims=True)


KERNELS = {
    "linear": linear,
    "activeLinear": active_linear,
    "gatedLinear": gated_linear,
    "activeGatedLinear": active_gated_linear,
    "activate": activate,
    "feedForward": feed_forward,
    "gatedFeedForward": gated_feed_forward,
    "rmsNorm": rms_norm,
    "softmax": softmax,
}

HELLO = {
    "name": "numpy",
    "version": np.__version__,
    "ops": list(KERNELS),
    "dtypes": list(DTYPES),
    "structure": "any",
    "strides": True,
}


# ---- Pictures, and the conversation ----

memory = np.empty(0, np.uint8)


def place(size):
    """The same bytes for every picture, from a multiple of 64, so that equal ones meet equal pointers."""
    global memory
    if memory.size < size + 64:
        memory = np.empty(max(1 << 26, 2 * size) + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + size]


class Picture:
    """p["in.x"] is that tensor, a view of the picture's bytes; p.get("in.b") is None where there is none."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = place(file.seek(0, 2))
            file.seek(0)
            file.readinto(self.bytes)
        self.start = 8 + int.from_bytes(self.bytes[:8].tobytes(), "little")
        self.header = json.loads(self.bytes[8 : self.start].tobytes())
        metadata = self.header["__metadata__"]
        self.op = metadata["op"]
        self.attributes = json.loads(metadata["attributes"])
        self.views = json.loads(metadata.get("views", "{}"))

    def __getitem__(self, name):
        entry = self.header[name]
        if entry["dtype"] not in DTYPES:
            raise Unsupported(f"{name} is {entry['dtype']}; expected one of {', '.join(DTYPES)}")
        dtype = np.dtype(DTYPES[entry["dtype"]])
        begin, end = entry["data_offsets"]
        storage = self.bytes[self.start + begin : self.start + end]
        view = self.views.get(name)
        if view is None:
            return np.ndarray(entry["shape"], dtype, storage)
        strides = [stride * dtype.itemsize for stride in view["strides"]]
        return np.ndarray(view["shape"], dtype, storage, view.get("offset", 0) * dtype.itemsize, strides)

    def get(self, name):
        return self[name] if name in self.header else None

    def write(self, path):
        with open(path, "wb") as file:
            file.write(self.bytes)


def run(path, out):
    picture = Picture(path)
    if picture.op != "noop":
        if picture.op not in KERNELS:
            raise Unsupported(f"{picture.op} has no kernel here")
        with np.errstate(all="ignore"):
            KERNELS[picture.op](picture)
    picture.write(out)


def answer(request):
    if "run" not in request:
        return HELLO
    try:
        run(request["run"]["case"], request["run"]["out"])
        return {"id": request["id"], "status": "ok"}
    except Unsupported as reason:
        return {"id": request["id"], "status": "unsupported", "message": str(reason)}
    except Exception as error:
        return {"id": request["id"], "status": "error", "message": f"{type(error).__name__}: {error}"}


def main(words):
    if len(words) == 4 and words[0] == "--case" and words[2] == "--out":
        try:
            run(words[1], words[3])
        except Unsupported as reason:
            print(reason, file=sys.stderr)
            sys.exit(77)
    elif words:
        sys.exit("adapter.py: expected --case IN --out OUT, or no arguments")
    else:
        for line in sys.stdin:
            print(json.dumps(answer(json.loads(line))), flush=True)


main(sys.argv[1:])
