/* Kernels in plain C, with what relukit needs to judge them. Copy this file, and put your own kernels in.
 *
 *   cc -O2 -o adapter adapter.c -lm
 *
 * Sums are kept in float, from the first term to the last; bfloat16 tensors are read as floats and rounded when written.
 */
#include <math.h>

#include "relukit_adapter.h"

static const char HELLO[] =
    "{\"name\":\"plain C\",\"version\":\"1\","
    "\"ops\":[\"linear\",\"activeLinear\",\"gatedLinear\",\"activeGatedLinear\",\"activate\",\"feedForward\","
    "\"gatedFeedForward\",\"rmsNorm\",\"softmax\"],"
    "\"dtypes\":[\"F32\",\"BF16\"],\"accumulator\":\"f32\",\"structure\":\"sequential\",\"strides\":true}";

/* y[t, o] = sum over i of x[t, i] w[i, o], + b[o]; with skip, over the i where x[t, i] is not 0 */
static void product(rk_tensor x, rk_tensor w, rk_tensor b, rk_tensor y, int skip) {
  for (size_t t = 0; t < x.rows; t++)
    for (size_t o = 0; o < w.columns; o++) {
      float sum = 0;
      for (size_t i = 0; i < w.rows; i++) {
        float value = rk_get(x, t, i);
        if (!skip || value != 0) sum += value * rk_get(w, i, o); /* row i of w is not read behind a zero */
      }
      rk_set(y, t, o, b.data ? sum + rk_get(b, 0, o) : sum);
    }
}

/* h[t, f] = g[t, f] * sum over d of x[t, d] w[f, d]; with skip, row f of w is not read where g[t, f] is 0 */
static void gated_product(rk_tensor x, rk_tensor w, rk_tensor g, rk_tensor h, int skip) {
  for (size_t t = 0; t < x.rows; t++)
    for (size_t f = 0; f < w.rows; f++) {
      float gate = rk_get(g, t, f), sum = 0;
      if (!skip || gate != 0)
        for (size_t d = 0; d < w.columns; d++) sum += rk_get(x, t, d) * rk_get(w, f, d);
      rk_set(h, t, f, gate * sum + 0.0f); /* -0 + 0 is +0 */
    }
}

/* f(x - shift), f of the ReLU family */
typedef struct {
  enum { RELU, SQUARED, FAT, FAT_STRICT } kind;
  float shift, threshold;
} activation;

static activation activation_of(rk_picture *p) {
  const char *f = rk_member(p->attributes, "f"), *kind = rk_member(f, "kind");
  activation a = {RELU, (float)rk_number(f, "shift", 0), (float)rk_number(f, "threshold", 0)};
  if (rk_is(kind, "relu-squared")) a.kind = SQUARED;
  else if (rk_is(kind, "fatrelu")) a.kind = FAT;
  else if (rk_is(kind, "fatrelu-strict")) a.kind = FAT_STRICT;
  else if (!rk_is(kind, "relu")) rk_refuse(p, RK_UNSUPPORTED, "attribute f", "is not of the ReLU family");
  return a;
}

/* Each comparison is one that NaN fails, so that NaN stays NaN. */
static float activated(activation a, float x) {
  float z = x - a.shift;
  switch (a.kind) {
    case SQUARED: return z <= 0 ? 0 : z * z;
    case FAT: return z < a.threshold ? 0 : z + 0.0f;
    case FAT_STRICT: return z <= a.threshold ? 0 : z + 0.0f;
    default: return z <= 0 ? 0 : z;
  }
}

static void activate_all(activation a, rk_tensor x, rk_tensor y) {
  for (size_t t = 0; t < x.rows; t++)
    for (size_t d = 0; d < x.columns; d++) rk_set(y, t, d, activated(a, rk_get(x, t, d)));
}

/* ---- The operators: which tensors a picture has, and the kernels over them ---- */

static void any_linear(rk_picture *p, int skip) {
  rk_tensor x = rk_tensor_of(p, "in.x", RK_ANY, RK_ANY);
  rk_tensor w = rk_tensor_of(p, "in.w", x.columns, RK_ANY);
  rk_tensor b = rk_optional(p, "in.b", 1, w.columns);
  rk_tensor y = rk_tensor_of(p, "out.y", x.rows, w.columns);
  if (p->status == RK_OK) product(x, w, b, y, skip);
}
static void linear(rk_picture *p) { any_linear(p, 0); }
static void active_linear(rk_picture *p) { any_linear(p, 1); }

static void any_gated_linear(rk_picture *p, int skip) {
  rk_tensor x = rk_tensor_of(p, "in.x", RK_ANY, RK_ANY);
  rk_tensor w = rk_tensor_of(p, "in.w", RK_ANY, x.columns);
  rk_tensor g = rk_tensor_of(p, "in.g", x.rows, w.rows);
  rk_tensor h = rk_tensor_of(p, "out.h", x.rows, w.rows);
  if (p->status == RK_OK) gated_product(x, w, g, h, skip);
}
static void gated_linear(rk_picture *p) { any_gated_linear(p, 0); }
static void active_gated_linear(rk_picture *p) { any_gated_linear(p, 1); }

static void activate(rk_picture *p) {
  activation a = activation_of(p);
  rk_tensor x = rk_tensor_of(p, "in.x", RK_ANY, RK_ANY);
  rk_tensor y = rk_tensor_of(p, "out.y", x.rows, x.columns);
  if (p->status == RK_OK) activate_all(a, x, y);
}

/* A matrix of floats beside the picture, for what one operator keeps to itself. */
static rk_tensor scratch(rk_picture *p, size_t rows, size_t columns) {
  rk_tensor t = {p->status == RK_OK ? malloc(rows * columns * 4 + 1) : NULL, RK_F32, rows, columns, columns};
  if (!t.data) rk_refuse(p, RK_ERROR, "memory", "is used up");
  return t;
}

/* y = f(x up + upBias) down + downBias, or with a gate (f(x gate + gateBias) * (x up^T)) down + downBias */
static void any_feed_forward(rk_picture *p, int gated) {
  int skip = rk_flag(p->attributes, "skip");
  activation a = activation_of(p);
  rk_tensor x = rk_tensor_of(p, "in.x", RK_ANY, RK_ANY);
  rk_tensor first = rk_tensor_of(p, gated ? "in.gate" : "in.up", x.columns, RK_ANY);
  rk_tensor bias = rk_optional(p, gated ? "in.gateBias" : "in.upBias", 1, first.columns);
  rk_tensor up = gated ? rk_tensor_of(p, "in.up", first.columns, x.columns) : first;
  rk_tensor down = rk_tensor_of(p, "in.down", first.columns, x.columns);
  rk_tensor down_bias = rk_optional(p, "in.downBias", 1, x.columns);
  rk_tensor y = rk_tensor_of(p, "out.y", x.rows, x.columns);
  rk_tensor h = scratch(p, x.rows, first.columns);
  if (p->status == RK_OK) {
    product(x, first, bias, h, 0);
    activate_all(a, h, h);
    if (gated) gated_product(x, up, h, h, skip);
    product(h, down, down_bias, y, skip);
  }
  free(h.data);
}
static void feed_forward(rk_picture *p) { any_feed_forward(p, 0); }
static void gated_feed_forward(rk_picture *p) { any_feed_forward(p, 1); }

/* y[t, d] = x[t, d] / sqrt(mean of x[t]^2 + epsilon) * gain[d] */
static void rms_norm(rk_picture *p) {
  float epsilon = (float)rk_number(p->attributes, "epsilon", 0);
  rk_tensor x = rk_tensor_of(p, "in.x", RK_ANY, RK_ANY);
  rk_tensor gain = rk_tensor_of(p, "in.gain", 1, x.columns);
  rk_tensor y = rk_tensor_of(p, "out.y", x.rows, x.columns);
  for (size_t t = 0; p->status == RK_OK && t < x.rows; t++) {
    float squares = 0;
    for (size_t d = 0; d < x.columns; d++) squares += rk_get(x, t, d) * rk_get(x, t, d);
    float root = sqrtf(squares / (float)x.columns + epsilon);
    for (size_t d = 0; d < x.columns; d++) rk_set(y, t, d, rk_get(x, t, d) / root * rk_get(gain, 0, d));
  }
}

/* p[r, c] = exp(x[r, c] - top) / sum over c of exp(x[r, c] - top), with top the greatest of the row */
static void softmax(rk_picture *picture) {
  rk_tensor x = rk_tensor_of(picture, "in.x", RK_ANY, RK_ANY);
  rk_tensor p = rk_tensor_of(picture, "out.p", x.rows, x.columns);
  for (size_t r = 0; picture->status == RK_OK && r < x.rows; r++) {
    float top = -INFINITY, sum = 0;
    for (size_t c = 0; c < x.columns; c++)
      if (rk_get(x, r, c) > top) top = rk_get(x, r, c);
    for (size_t c = 0; c < x.columns; c++) sum += expf(rk_get(x, r, c) - top);
    for (size_t c = 0; c < x.columns; c++) rk_set(p, r, c, expf(rk_get(x, r, c) - top) / sum);
  }
}

static const rk_kernel KERNELS[] = {
    {"linear", linear},
    {"activeLinear", active_linear},
    {"gatedLinear", gated_linear},
    {"activeGatedLinear", active_gated_linear},
    {"activate", activate},
    {"feedForward", feed_forward},
    {"gatedFeedForward", gated_feed_forward},
    {"rmsNorm", rms_norm},
    {"softmax", softmax},
    {NULL, NULL},
};

int main(int argc, char **argv) { return rk_main(argc, argv, HELLO, KERNELS); }
