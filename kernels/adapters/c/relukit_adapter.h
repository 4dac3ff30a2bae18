/* What an adapter needs that is not a kernel: pictures of memory, and the conversation with relukit. One file, C99.
 *
 * A picture is a safetensors file: tensors as they lie in memory, with guards between them. It is read whole, always to
 * the same place, the kernels work on pointers into it, and it is written back whole. So the other side sees each byte
 * that was written where none should be.
 */
#ifndef RELUKIT_ADAPTER_H
#define RELUKIT_ADAPTER_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum rk_status { RK_OK, RK_UNSUPPORTED, RK_ERROR };
enum rk_dtype { RK_F32, RK_BF16 };

typedef struct {
  char *bytes; /* the whole file, from a multiple of 64 */
  size_t size, data;
  char *header, *attributes, *views; /* JSON */
  char op[64];
  enum rk_status status; /* why it cannot be computed: the first reason */
  char message[256];
} rk_picture;

/* Element [r, c] is at data + (r * pitch + c) * width; a vector is one row. */
typedef struct {
  char *data; /* NULL: there is no such tensor */
  enum rk_dtype dtype;
  size_t rows, columns, pitch;
} rk_tensor;

typedef struct {
  const char *op;
  void (*run)(rk_picture *);
} rk_kernel;

static inline void rk_refuse(rk_picture *p, enum rk_status status, const char *what, const char *why) {
  if (p->status != RK_OK) return;
  p->status = status;
  snprintf(p->message, sizeof p->message, "%s %s", what, why);
}

/* ---- JSON: what the host writes is right, so only members are looked for, and read ---- */

static const char *rk_space(const char *at) { return at + strspn(at, " \t\r\n"); }

/* Past the value that begins here. */
static const char *rk_past(const char *at) {
  int depth = 0;
  do {
    at = rk_space(at);
    if (*at == '"') {
      for (at++; *at != '"' && *at != '\0'; at++)
        if (*at == '\\' && at[1] != '\0') at++;
      if (*at != '\0') at++;
    } else if (*at != '\0' && strchr("{}[],:", *at) != NULL) {
      depth += *at == '{' || *at == '[';
      depth -= *at == '}' || *at == ']';
      at++;
    } else {
      at += strcspn(at, "{}[],:\" \t\r\n");
    }
  } while (depth > 0 && *at != '\0');
  return at;
}

/* The value of the member of that name, or NULL. */
static const char *rk_member(const char *object, const char *name) {
  if (object == NULL || *(object = rk_space(object)) != '{') return NULL;
  for (object = rk_space(object + 1); *object == '"'; object = rk_space(object + 1)) {
    const char *end = rk_past(object), *value = rk_space(end);
    if (*value != ':') return NULL;
    value = rk_space(value + 1);
    if ((size_t)(end - object) == strlen(name) + 2 && strncmp(object + 1, name, strlen(name)) == 0) return value;
    object = rk_space(rk_past(value));
    if (*object != ',') return NULL;
  }
  return NULL;
}

/* Whether the value is that word. */
static inline int rk_is(const char *value, const char *word) {
  size_t n = strlen(word);
  return value != NULL && *value == '"' && strncmp(value + 1, word, n) == 0 && value[n + 1] == '"';
}

static inline double rk_number(const char *object, const char *name, double otherwise) {
  const char *value = rk_member(object, name);
  return value == NULL ? otherwise : strtod(value, NULL);
}

static inline int rk_flag(const char *object, const char *name) {
  const char *value = rk_member(object, name);
  return value != NULL && *value == 't';
}

/* The string, its escapes undone, in memory of its own; "" where there is none. */
static char *rk_string(const char *at) {
  const char *letters = "bfnrt", *means = "\b\f\n\r\t", *letter;
  char *out = malloc(at == NULL ? 1 : strlen(at) + 1), *to = out;
  if (out == NULL) exit(1);
  if (at != NULL && *at == '"')
    for (at++; *at != '"' && *at != '\0'; at++) {
      if (*at != '\\' || at[1] == '\0') {
        *to++ = *at;
      } else if (*++at == 'u' && strlen(at) > 4) { /* the host writes only control characters so: one byte each */
        char digits[5] = {at[1], at[2], at[3], at[4], '\0'};
        *to++ = (char)strtoul(digits, NULL, 16);
        at += 4;
      } else {
        letter = strchr(letters, *at);
        *to++ = letter == NULL ? *at : means[letter - letters];
      }
    }
  *to = '\0';
  return out;
}

/* Reads a list of one or two sizes, [n] as [1, n]; says whether it is one. */
static int rk_sizes(const char *list, size_t out[2]) {
  char *end;
  if (list == NULL || *list != '[') return 0;
  out[0] = 1;
  out[1] = (size_t)strtoull(list + 1, &end, 10);
  if (*end == ',') {
    out[0] = out[1];
    out[1] = (size_t)strtoull(end + 1, &end, 10);
  }
  return *end == ']' && end > list + 1;
}

/* ---- Tensors ---- */

#define RK_ANY SIZE_MAX

static size_t rk_width(rk_tensor t) { return t.dtype == RK_F32 ? 4 : 2; }

/* Where in the file the tensor is; one of another type, or beyond the file's end, is refused. */
static rk_tensor rk_find(rk_picture *p, const char *name) {
  const char *entry = rk_member(p->header, name), *view = rk_member(p->views, name);
  const char *dtype = rk_member(entry, "dtype");
  size_t shape[2], strides[2], range[2], first, last;
  rk_tensor t = {NULL, RK_F32, 0, 0, 0};
  if (entry == NULL) return t;
  if (!rk_is(dtype, "F32") && !rk_is(dtype, "BF16")) {
    rk_refuse(p, RK_UNSUPPORTED, name, "is neither F32 nor BF16");
    return t;
  }
  if (rk_is(dtype, "BF16")) t.dtype = RK_BF16;
  if (!rk_sizes(rk_member(view ? view : entry, "shape"), shape) || !rk_sizes(rk_member(entry, "data_offsets"), range)) {
    rk_refuse(p, RK_ERROR, name, "has no shape of one or two axes, or no place");
    return t;
  }
  strides[0] = shape[1];
  if (view && (!rk_sizes(rk_member(view, "strides"), strides) || strides[1] != 1)) {
    rk_refuse(p, RK_UNSUPPORTED, name, "has rows whose elements are not neighbours");
    return t;
  }
  t.rows = shape[0], t.columns = shape[1], t.pitch = strides[0];
  first = range[0] + (size_t)rk_number(view, "offset", 0) * rk_width(t);
  last = t.rows * t.columns == 0 ? first : first + ((t.rows - 1) * t.pitch + t.columns) * rk_width(t);
  if (last > range[1] || range[1] > p->size - p->data)
    rk_refuse(p, RK_ERROR, name, "ends beyond its place");
  else
    t.data = p->bytes + p->data + first;
  return t;
}

/* The tensor of that name, or one without data; of other sizes than these, it is refused. */
static inline rk_tensor rk_optional(rk_picture *p, const char *name, size_t rows, size_t columns) {
  rk_tensor t = rk_find(p, name);
  if (t.data && ((rows != RK_ANY && t.rows != rows) || (columns != RK_ANY && t.columns != columns)))
    rk_refuse(p, RK_ERROR, name, "has another shape than goes with the others");
  return t;
}

/* The tensor of that name; without one, or with one of other sizes, the picture is refused. */
static inline rk_tensor rk_tensor_of(rk_picture *p, const char *name, size_t rows, size_t columns) {
  rk_tensor t = rk_optional(p, name, rows, columns);
  if (!t.data) rk_refuse(p, RK_ERROR, name, "is missing");
  return t;
}

/* memcpy, since a tensor may begin at an address that is no multiple of 4. */
static inline float rk_get(rk_tensor t, size_t r, size_t c) {
  const char *at = t.data + (r * t.pitch + c) * rk_width(t);
  uint32_t bits = 0;
  uint16_t half;
  float value;
  if (t.dtype == RK_F32) {
    memcpy(&bits, at, 4);
  } else {
    memcpy(&half, at, 2);
    bits = (uint32_t)half << 16;
  }
  memcpy(&value, &bits, 4);
  return value;
}

static inline void rk_set(rk_tensor t, size_t r, size_t c, float value) {
  char *at = t.data + (r * t.pitch + c) * rk_width(t);
  uint32_t bits;
  uint16_t half;
  memcpy(&bits, &value, 4);
  if (t.dtype == RK_F32) {
    memcpy(at, &bits, 4);
  } else { /* to the nearest, ties to even; NaN, whose bits could round up to infinity, stays one */
    half = (uint16_t)(value != value ? 0x7fc0 : (bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    memcpy(at, &half, 2);
  }
}

/* ---- Pictures as files ---- */

/* The same place for every picture, so that equal ones meet equal pointers, and a kernel that trusts them is found out. */
static char *rk_room(size_t size) {
  static char *memory, *start;
  static size_t room = (size_t)64 << 20;
  if (memory != NULL && size <= room) return start;
  while (room < size) room *= 2;
  free(memory);
  memory = malloc(room + 64);
  if (memory == NULL) return NULL;
  start = memory + (64 - (uintptr_t)memory % 64) % 64;
  return start;
}

static void rk_read(rk_picture *p, const char *path) {
  FILE *file = fopen(path, "rb");
  const char *metadata;
  char *op;
  long end;
  int i;
  memset(p, 0, sizeof *p);
  if (file == NULL) {
    rk_refuse(p, RK_ERROR, path, "cannot be opened");
    return;
  }
  fseek(file, 0, SEEK_END);
  end = ftell(file);
  rewind(file);
  p->bytes = end < 8 ? NULL : rk_room((size_t)end);
  if (p->bytes) p->size = fread(p->bytes, 1, (size_t)end, file);
  fclose(file);
  if (!p->bytes || p->size != (size_t)end) {
    rk_refuse(p, RK_ERROR, path, "cannot be read");
    return;
  }
  for (i = 7; i >= 0; i--) p->data = p->data << 8 | (unsigned char)p->bytes[i];
  if (p->data > p->size - 8) {
    rk_refuse(p, RK_ERROR, path, "has a header that is longer than the file");
    return;
  }
  p->header = malloc(p->data + 1);
  if (p->header == NULL) exit(1);
  memcpy(p->header, p->bytes + 8, p->data);
  p->header[p->data] = '\0';
  p->data += 8;
  metadata = rk_member(p->header, "__metadata__");
  p->attributes = rk_string(rk_member(metadata, "attributes"));
  p->views = rk_string(rk_member(metadata, "views"));
  op = rk_string(rk_member(metadata, "op"));
  snprintf(p->op, sizeof p->op, "%s", op);
  free(op);
}

static void rk_write(rk_picture *p, const char *path) {
  FILE *file = fopen(path, "wb");
  size_t written = file ? fwrite(p->bytes, 1, p->size, file) : 0;
  if (!file || fclose(file) != 0 || written != p->size) rk_refuse(p, RK_ERROR, path, "cannot be written");
}

/* ---- The conversation ---- */

static enum rk_status rk_run(const char *in, const char *out, const rk_kernel *kernels, char *message, size_t room) {
  rk_picture p;
  rk_read(&p, in);
  if (p.status == RK_OK && strcmp(p.op, "noop") != 0) {
    while (kernels->op && strcmp(kernels->op, p.op) != 0) kernels++;
    if (kernels->op)
      kernels->run(&p);
    else
      rk_refuse(&p, RK_UNSUPPORTED, p.op, "has no kernel here");
  }
  if (p.status == RK_OK) rk_write(&p, out);
  snprintf(message, room, "%s", p.message);
  free(p.header);
  free(p.attributes);
  free(p.views);
  return p.status;
}

/* The next line without its end, in memory that is used again; NULL where the input ends. */
static char *rk_line(void) {
  static char *line;
  static size_t room;
  size_t n = 0;
  int c;
  while ((c = getchar()) != EOF) {
    if (n + 1 >= room) line = realloc(line, room = 2 * room + 256);
    if (line == NULL) exit(1);
    line[n] = c == '\n' ? '\0' : (char)c;
    if (line[n++] == '\0') return line;
  }
  return NULL;
}

static void rk_answer(long id, enum rk_status status, const char *message) {
  static const char *const words[] = {"ok", "unsupported", "error"};
  printf("{\"id\":%ld,\"status\":\"%s\",\"message\":\"", id, words[status]);
  for (; *message != '\0'; message++) {
    if (*message == '"' || *message == '\\') putchar('\\');
    putchar((unsigned char)*message < ' ' ? ' ' : *message);
  }
  puts("\"}");
  fflush(stdout);
}

/*
 * The whole program: answers line by line, or once, for `--case IN --out OUT`.
 *
 * hello    what the kernels say of themselves, a JSON object on one line
 * kernels  ends with {NULL, NULL}
 */
static inline int rk_main(int argc, char **argv, const char *hello, const rk_kernel *kernels) {
  const char *in = NULL, *out = NULL, *run;
  char message[256], *line;
  int i;
  for (i = 1; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], "--case") == 0) in = argv[i + 1];
    if (strcmp(argv[i], "--out") == 0) out = argv[i + 1];
  }
  if (argc > 1) {
    enum rk_status status = RK_ERROR;
    if (in && out)
      status = rk_run(in, out, kernels, message, sizeof message);
    else
      snprintf(message, sizeof message, "expected --case IN --out OUT, or no arguments");
    if (status != RK_OK) fprintf(stderr, "%s\n", message);
    return status == RK_OK ? 0 : status == RK_UNSUPPORTED ? 77 : 1;
  }
  while ((line = rk_line()) != NULL) {
    run = rk_member(line, "run");
    if (run) {
      char *from = rk_string(rk_member(run, "case")), *to = rk_string(rk_member(run, "out"));
      enum rk_status status = rk_run(from, to, kernels, message, sizeof message);
      rk_answer((long)rk_number(line, "id", -1), status, message);
      free(from);
      free(to);
    } else if (rk_is(rk_member(line, "op"), "hello")) {
      puts(hello);
      fflush(stdout);
    } else {
      fprintf(stderr, "neither hello nor run: %s\n", line);
    }
  }
  return 0;
}

#endif
