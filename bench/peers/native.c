// What this machine's cores and memory give to plain C: the limit, not a library.
// usage: native WORKLOAD THREADS; prints the check values, then a line for each round: milliseconds of one unit of work.
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef float vec __attribute__((vector_size(64)));
enum { LANES = 16, ROWS = 8, DEPTH = 256, HEIGHT = 96, MOST = 16 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static float *floats(size_t n) { return aligned_alloc(64, (n * 4 + 4095) / 4096 * 4096); }

// mulberry32, as in data.ts
static float *uniform(uint32_t a, size_t n, double low, double high) {
  float *out = floats(n);
  for (size_t i = 0; i < n; i++) {
    a += 0x6d2b79f5u;
    uint32_t t = (a ^ (a >> 15)) * (a | 1);
    t ^= t + (t ^ (t >> 7)) * (t | 61);
    out[i] = low + (high - low) * ((t ^ (t >> 14)) / 4294967296.0);
  }
  return out;
}

typedef void part(int thread, int threads, void *arg);
struct job {
  part *f;
  int thread, threads;
  void *arg;
};
static void *start(void *p) {
  struct job *j = p;
  j->f(j->thread, j->threads, j->arg);
  return 0;
}
static void parallel(part *f, int threads, void *arg) {
  pthread_t ids[MOST];
  struct job jobs[MOST];
  for (int t = 1; t < threads; t++) {
    jobs[t] = (struct job){f, t, threads, arg};
    pthread_create(&ids[t], 0, start, &jobs[t]);
  }
  f(0, threads, arg);
  for (int t = 1; t < threads; t++) pthread_join(ids[t], 0);
}

// Products: B packed in panels of 2 vectors, A in panels of ROWS rows, blocks that stay in the caches. n is a multiple of 32.
struct product {
  int n;
  float *a, *b, *c, *packed, *rows[MOST];
};
static void pack(int thread, int threads, void *arg) {
  struct product *p = arg;
  int n = p->n, panels = n / (2 * LANES);
  for (int j = thread; j < panels; j += threads)
    for (int k = 0; k < n; k++)
      memcpy(p->packed + ((size_t)j * n + k) * 2 * LANES, p->b + (size_t)k * n + j * 2 * LANES, 8 * LANES);
}
static void tile(const float *a, const float *b, float *c, int n, int depth, int first) {
  vec s[ROWS][2];
#pragma GCC unroll 8
  for (int i = 0; i < ROWS; i++) s[i][0] = s[i][1] = (vec){0};
  for (int k = 0; k < depth; k++, a += ROWS, b += 2 * LANES) {
    vec b0 = *(const vec *)b, b1 = *(const vec *)(b + LANES);
#pragma GCC unroll 8
    for (int i = 0; i < ROWS; i++) {
      s[i][0] += a[i] * b0;
      s[i][1] += a[i] * b1;
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < ROWS; i++) {
    vec *to = (vec *)(c + (size_t)i * n);
    to[0] = first ? s[i][0] : to[0] + s[i][0];
    to[1] = first ? s[i][1] : to[1] + s[i][1];
  }
}
static void multiply(int thread, int threads, void *arg) {
  struct product *p = arg;
  int n = p->n, blocks = (n + HEIGHT - 1) / HEIGHT;
  for (int k0 = 0; k0 < n; k0 += DEPTH) {
    int depth = n - k0 < DEPTH ? n - k0 : DEPTH;
    for (int block = blocks * thread / threads; block < blocks * (thread + 1) / threads; block++) {
      int i0 = block * HEIGHT, height = n - i0 < HEIGHT ? n - i0 : HEIGHT;
      float *rows = p->rows[thread];
      for (int i = 0; i < height; i++)
        for (int k = 0; k < depth; k++)
          rows[(i / ROWS * depth + k) * ROWS + i % ROWS] = p->a[(size_t)(i0 + i) * n + k0 + k];
      for (int j = 0; j < n / (2 * LANES); j++)
        for (int i = 0; i < height; i += ROWS)
          tile(rows + (size_t)i * depth, p->packed + ((size_t)j * n + k0) * 2 * LANES,
               p->c + (size_t)(i0 + i) * n + j * 2 * LANES, n, depth, k0 == 0);
    }
  }
}

struct arrays {
  size_t n;
  float *a, *b, *c;
  double sums[MOST * 8];
};
#define RANGE                                   \
  size_t lo = x->n / 64 * thread / threads * 64; \
  size_t hi = thread + 1 == threads ? x->n : x->n / 64 * (thread + 1) / threads * 64

static void elements(int thread, int threads, void *arg) {
  struct arrays *x = arg;
  RANGE;
  double sum = 0;
  for (size_t from = lo; from < hi; from += 4096) {
    float s = 0;
    for (size_t i = from; i < (from + 4096 < hi ? from + 4096 : hi); i++) {
      float q = x->a[i];
      s += tanhf(q * 1.5f + 0.25f) / (1.0f + expf(-q)) + q * q;
    }
    sum += s;
  }
  x->sums[thread * 8] = sum;
}
static void proximal(int thread, int threads, void *arg) {
  struct arrays *x = arg;
  RANGE;
  float *restrict v = x->a, *restrict accum = x->b;
  const float *restrict g = x->c;
  const float rate = 0.01f, t = 0.01f * 0.001f, scale = 1.0f / (1.0f + 0.01f * 0.001f);
  for (size_t i = lo; i < hi; i++) {
    float a = accum[i] + g[i] * g[i];
    accum[i] = a;
    float p = v[i] - rate * g[i] / sqrtf(a);
    v[i] = copysignf(fmaxf(fabsf(p) - t, 0.0f) * scale, p);
  }
}

static void rounds(part *before, part *f, int threads, void *arg) {
  double begin = now();
  int calls = 0;
  do {
    if (before) parallel(before, threads, arg);
    parallel(f, threads, arg);
    calls++;
  } while (now() - begin < 500);
  int each = 200 / ((now() - begin) / calls);
  if (each < 1) each = 1;
  for (int r = 0; r < 8; r++) {
    double t = now();
    for (int i = 0; i < each; i++) {
      if (before) parallel(before, threads, arg);
      parallel(f, threads, arg);
    }
    printf("%.6f\n", (now() - t) / each);
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int threads = atoi(argv[2]);
  if (threads < 1 || threads > MOST) return 2;
  if (!strncmp(argv[1], "matmul-", 7)) {
    size_t n = atoi(argv[1] + 7);
    struct product p = {n, uniform(1, n * n, -1, 1), uniform(2, n * n, -1, 1), floats(n * n), floats(n * n), {0}};
    for (int t = 0; t < threads; t++) p.rows[t] = floats((HEIGHT + ROWS) * DEPTH);
    parallel(pack, threads, &p);
    parallel(multiply, threads, &p);
    printf("%.9g\n", p.c[n + 1]);
    rounds(pack, multiply, threads, &p);
  } else if (!strcmp(argv[1], "elementwise-4m")) {
    struct arrays x = {4194304, uniform(3, 4194304, -2, 2), 0, 0, {0}};
    parallel(elements, threads, &x);
    double sum = 0;
    for (int t = 0; t < threads; t++) sum += x.sums[t * 8];
    printf("%.9g\n", sum);
    rounds(0, elements, threads, &x);
  } else if (!strcmp(argv[1], "proxadagrad-10m")) {
    size_t n = 10000000;
    struct arrays x = {n, uniform(6, n, -1, 1), floats(n), uniform(7, n, -0.1, 0.1), {0}};
    for (size_t i = 0; i < n; i++) x.b[i] = 0.1f;
    parallel(proximal, threads, &x);
    printf("%.9g %.9g %.9g\n", x.a[0], x.a[1], x.a[2]);
    rounds(0, proximal, threads, &x);
  } else
    return 2;
  return 0;
}
