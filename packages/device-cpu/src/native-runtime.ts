/** Words of a step record in the heap, 32 bytes each. */
export const STEP_BYTES = 32;

/**
 * The C text of the pool and of `sp_run`. A step's record is `{ u64 function; u32 args, units, chunk, 0; u64 ns }`; one
 * without a function stops the run when the word at address `args` is not zero. Threads claim chunks of a step from
 * both ends of a 64-bit word (epoch, first chunk left, end), as in claim.ts; the join waits for finished chunks, never for
 * threads. A thread that holds a chunk reads the job safely: the caller changes it only when all chunks are done.
 */
export const NATIVE_RUNTIME = `#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>
typedef void (*kernel)(char *, uint32_t, uint32_t, uint32_t);
typedef struct { uint64_t function; uint32_t args, units, chunk, pad; uint64_t ns; } step;
#define LINE __attribute__((aligned(64)))
#define MOST 64
#define SPIN_NS 20000
#define AWAKE_NS 500000
#define MANY 6
static LINE _Atomic uint64_t word;
static LINE _Atomic uint32_t bell;
static LINE _Atomic uint32_t done;
static LINE _Atomic uint32_t sleepers;
static LINE _Atomic uint32_t limit;
static LINE _Atomic uint32_t awake;
static LINE struct { kernel run; char *heap; uint32_t args, units, chunk, count; } job;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER, finished = PTHREAD_COND_INITIALIZER;
static _Atomic uint32_t waiting;
static uint32_t epoch;
static int started, failed;
static atomic_flag busy = ATOMIC_FLAG_INIT;

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* The number of a chunk, or -1. */
static int32_t take(uint32_t e, int last) {
  uint64_t w = atomic_load_explicit(&word, memory_order_acquire), next;
  uint32_t from, to;
  do {
    from = w >> 16 & 0xffff, to = w & 0xffff;
    if ((uint32_t)(w >> 32) != e || from == to) return -1;
    next = last ? w - 1 : w + 0x10000;
  } while (!atomic_compare_exchange_weak_explicit(&word, &w, next, memory_order_acq_rel, memory_order_acquire));
  return (int32_t)(last ? to - 1 : from);
}

static uint32_t work(uint32_t e, int last) {
  uint32_t mine = 0;
  for (int32_t n = take(e, last); n >= 0; n = take(e, last), mine++) {
    uint32_t lo = (uint32_t)n * job.chunk, hi = lo + job.chunk;
    job.run(job.heap, job.args, lo, hi < job.units ? hi : job.units);
  }
  return mine;
}

static void *worker(void *index) {
  uint32_t me = (uint32_t)(uintptr_t)index, seen = 0;
  for (;;) {
    int64_t start = now();
    uint32_t e;
    for (;;) {
      for (int i = 0; (e = atomic_load(&bell)) == seen && i < 200; i++) relax();
      int64_t waited = now() - start;
      if (e != seen || waited > AWAKE_NS || (waited > SPIN_NS && !atomic_load(&awake))) break;
    }
    if (e == seen) {
      pthread_mutex_lock(&mutex);
      atomic_fetch_add(&sleepers, 1);
      while ((e = atomic_load(&bell)) == seen) pthread_cond_wait(&wake, &mutex);
      atomic_fetch_sub(&sleepers, 1);
      pthread_mutex_unlock(&mutex);
    }
    seen = e;
    if (me >= atomic_load(&limit)) continue;
    uint32_t mine = work(e, !(me & 1));
    if (!mine) continue;
    atomic_fetch_add(&done, mine);
    if (atomic_load(&waiting)) {
      pthread_mutex_lock(&mutex);
      pthread_cond_signal(&finished);
      pthread_mutex_unlock(&mutex);
    }
  }
  return 0;
}

static void start(uint32_t threads) {
  if (threads > MOST) threads = MOST;
  atomic_store(&limit, threads - 1);
  while (!failed && started < (int)threads - 1) {
    pthread_t id;
    if (pthread_create(&id, 0, worker, (void *)(uintptr_t)started)) failed = 1;
    else {
      pthread_detach(id);
      started++;
    }
  }
}

static void fork_join(char *heap, const step *s) {
  uint32_t count = (s->units + s->chunk - 1) / s->chunk;
  job.run = (kernel)(uintptr_t)s->function;
  job.heap = heap;
  job.args = s->args;
  job.units = s->units;
  job.chunk = s->chunk;
  job.count = count;
  epoch++;
  atomic_store(&done, 0);
  atomic_store(&word, (uint64_t)epoch << 32 | count);
  atomic_store(&bell, epoch);
  if (atomic_load(&sleepers)) {
    pthread_mutex_lock(&mutex);
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&mutex);
  }
  uint32_t need = count - work(epoch, 0);
  if (atomic_load(&done) == need) return;
  int64_t until = now() + SPIN_NS;
  do {
    for (int i = 0; i < 200; i++) {
      if (atomic_load(&done) == need) return;
      relax();
    }
  } while (now() < until);
  pthread_mutex_lock(&mutex);
  atomic_store(&waiting, 1);
  while (atomic_load(&done) != need) pthread_cond_wait(&finished, &mutex);
  atomic_store(&waiting, 0);
  pthread_mutex_unlock(&mutex);
}

/* Runs steps in order; returns the number of the check that failed, or -1. One caller at a time has the pool. */
int32_t sp_run(uint64_t base, uint32_t steps, uint32_t count, uint32_t threads, uint32_t timed) {
  char *heap = (char *)(uintptr_t)base;
  step *s = (step *)(heap + steps);
  int64_t before = timed ? now() : 0;
  int mine = threads > 1 && !atomic_flag_test_and_set(&busy);
  if (mine) start(threads);
  if (mine && count >= MANY) atomic_store(&awake, 1);
  int32_t result = -1;
  for (uint32_t i = 0; i < count; i++, s++) {
    if (!s->function) {
      if (*(const uint32_t *)(heap + s->args) == 0) continue;
      result = (int32_t)i;
      break;
    }
    if (mine && s->chunk && s->chunk < s->units) fork_join(heap, s);
    else if (s->units) ((kernel)(uintptr_t)s->function)(heap, s->args, 0, s->units);
    if (timed) {
      int64_t after = now();
      s->ns = (uint64_t)(after - before);
      before = after;
    }
  }
  if (mine) {
    atomic_store(&awake, 0);
    atomic_flag_clear(&busy);
  }
  return result;
}

uint64_t sp_address(const void *memory) { return (uint64_t)(uintptr_t)memory; }

uint32_t sp_threads(void) { return (uint32_t)started; }
`;
