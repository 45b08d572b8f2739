// The bare cost of what a build of kept frames reads: copies ranges of mapped files, in the order of a list.
//
//   cc -O2 copy_limit.c -o copy_limit && ./copy_limit LIST
//
// LIST: the number of files, then each file's path on a line of its own, then records of 24 bytes to the end: number of the
// file, offset, number of bytes (each 8 bytes, little-endian). A file stays mapped until another one's turn. Prints seconds
// of a processor. mixture_limit.py writes such lists.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static double processor(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
  FILE *list = argc == 2 ? fopen(argv[1], "rb") : NULL;
  char line[4096];
  if (!list || !fgets(line, sizeof line, list)) return fprintf(stderr, "copy_limit: no list\n"), 66;
  size_t files = strtoull(line, NULL, 10);
  char **paths = calloc(files, sizeof *paths);
  for (size_t i = 0; i < files; i++) {
    if (!fgets(line, sizeof line, list)) return 65;
    line[strcspn(line, "\n")] = 0;
    paths[i] = strdup(line);
  }
  size_t capacity = 1 << 20, count = 0, bytes = 0;
  uint64_t(*records)[3] = malloc(capacity * sizeof *records);
  while (fread(records[count], sizeof *records, 1, list) == 1) {
    bytes += records[count][2];
    if (++count == capacity) records = realloc(records, (capacity *= 2) * sizeof *records);
  }
  char *target = malloc(bytes + 1);
  memset(target, 1, bytes + 1);

  double start = processor();
  char *data = NULL;
  size_t size = 0, at = 0;
  uint64_t open_file = UINT64_MAX;
  for (size_t i = 0; i < count; i++) {
    if (records[i][0] != open_file) {
      if (data) munmap(data, size);
      open_file = records[i][0];
      int descriptor = open(paths[open_file], O_RDONLY);
      struct stat status;
      if (descriptor < 0 || fstat(descriptor, &status)) return 66;
      size = status.st_size;
      data = mmap(NULL, size, PROT_READ, MAP_SHARED, descriptor, 0);
      if (data == MAP_FAILED) return 66;
      close(descriptor);
    }
    if (records[i][1] + records[i][2] > size) return 65;
    memcpy(target + at, data + records[i][1], records[i][2]);
    at += records[i][2];
  }
  if (data) munmap(data, size);
  printf("%f\n", processor() - start);
  volatile char kept = target[bytes / 2];  // So that the copies are not left out.
  (void)kept;
  return 0;
}
