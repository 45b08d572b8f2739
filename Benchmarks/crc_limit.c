// The limit of a verified scan: ISA-L's CRC32C over mapped files and nothing else.
//
//     cc -O3 crc_limit.c -lisal -lpthread -o crc_limit
//     crc_limit THREADS REPETITIONS FILE...
//
// Prints one JSON object: "mapped" has the medians of repetitions that map each file, read it and unmap it, as a
// program that scans once has to; "resident" of repetitions over files that stay mapped. Both in bytes per second.

#define _GNU_SOURCE
#include <fcntl.h>
#include <isa-l/crc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { piece = 256 * 1024 };

struct file {
  const char *path;
  unsigned char *bytes;
  size_t size;
};

static struct file *files;
static int file_count;
static atomic_int next_file;
static atomic_uint all_sums;

static void fail(const char *path) {
  perror(path);
  exit(1);
}

static void map(struct file *file) {
  int descriptor = open(file->path, O_RDONLY);
  struct stat status;
  if (descriptor < 0 || fstat(descriptor, &status) < 0) fail(file->path);
  file->size = (size_t)status.st_size;
  file->bytes = NULL;
  if (file->size > 0) {
    file->bytes = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (file->bytes == MAP_FAILED) fail(file->path);
    madvise(file->bytes, file->size, MADV_SEQUENTIAL);
  }
  close(descriptor);
}

static void *work(void *keeps_mapped) {
  int number;
  while ((number = atomic_fetch_add(&next_file, 1)) < file_count) {
    struct file file = files[number];
    if (!keeps_mapped) map(&file);
    for (size_t at = 0; at < file.size; at += piece) {
      size_t count = file.size - at < piece ? file.size - at : piece;
      atomic_fetch_add(&all_sums, crc32_iscsi(file.bytes + at, (int)count, 0xFFFFFFFF));
    }
    if (!keeps_mapped && file.bytes) munmap(file.bytes, file.size);
  }
  return NULL;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median_seconds(int threads, int repetitions, void *keeps_mapped) {
  double *times = malloc(sizeof(double) * (size_t)repetitions);
  pthread_t *pool = malloc(sizeof(pthread_t) * (size_t)threads);
  for (int repetition = -1; repetition < repetitions; repetition++) {  // -1: a round to warm up
    atomic_store(&next_file, 0);
    double start = seconds();
    for (int thread = 0; thread < threads; thread++)
      if (pthread_create(&pool[thread], NULL, work, keeps_mapped) != 0) fail("pthread_create");
    for (int thread = 0; thread < threads; thread++) pthread_join(pool[thread], NULL);
    if (repetition >= 0) times[repetition] = seconds() - start;
  }
  qsort(times, (size_t)repetitions, sizeof(double), compare);
  double median = times[repetitions / 2];
  free(times);
  free(pool);
  return median;
}

int main(int count, char **words) {
  int threads = count > 3 ? atoi(words[1]) : 0, repetitions = count > 3 ? atoi(words[2]) : 0;
  if (threads < 1 || repetitions < 1) {
    fprintf(stderr, "usage: crc_limit THREADS REPETITIONS FILE...\n");
    return 2;
  }
  file_count = count - 3;
  files = calloc((size_t)file_count, sizeof(struct file));
  for (int number = 0; number < file_count; number++) files[number].path = words[number + 3];
  double mapped = median_seconds(threads, repetitions, NULL);
  size_t total = 0;
  for (int number = 0; number < file_count; number++) {
    map(&files[number]);
    total += files[number].size;
  }
  double resident = median_seconds(threads, repetitions, files);
  printf("{\"bytes\":%zu,\"threads\":%d,\"mapped\":%.0f,\"resident\":%.0f,\"sums\":%u}\n", total, threads,
         (double)total / mapped, (double)total / resident, atomic_load(&all_sums));
  return 0;
}
