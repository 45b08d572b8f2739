#include "include/cprotobufc_arena.h"

#include <stdlib.h>

/// The block that stays allocated between messages, in bytes.
enum { KEPT_BYTES = 1 << 20, ALIGNMENT = 16 };

struct block {
  struct block *next;
  size_t size;
};

struct cprotobufc_arena {
  uint8_t *kept;
  size_t used;
  struct block *blocks;  // What did not fit the kept block, one allocation each.
  size_t total;
  size_t limit;
};

cprotobufc_arena *cprotobufc_arena_create(void) {
  cprotobufc_arena *arena = calloc(1, sizeof *arena);
  if (!arena) return NULL;
  arena->kept = malloc(KEPT_BYTES);
  if (!arena->kept) {
    free(arena);
    return NULL;
  }
  return arena;
}

static void reset(cprotobufc_arena *arena) {
  while (arena->blocks) {
    struct block *next = arena->blocks->next;
    free(arena->blocks);
    arena->blocks = next;
  }
  arena->used = 0;
  arena->total = 0;
}

void cprotobufc_arena_free(cprotobufc_arena *arena) {
  if (!arena) return;
  reset(arena);
  free(arena->kept);
  free(arena);
}

static void *arena_allocate(void *data, size_t size) {
  cprotobufc_arena *arena = data;
  if (size > arena->limit - arena->total) return NULL;
  size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  arena->total += size < arena->limit - arena->total ? size : arena->limit - arena->total;
  if (size <= KEPT_BYTES - arena->used) {
    void *memory = arena->kept + arena->used;
    arena->used += size;
    return memory;
  }
  size_t header = (sizeof(struct block) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  struct block *block = malloc(header + size);
  if (!block) return NULL;
  block->next = arena->blocks;
  block->size = size;
  arena->blocks = block;
  return (uint8_t *)block + header;
}

/// protobuf-c frees single pieces; here they go with the arena.
static void arena_release(void *data, void *memory) {
  (void)data;
  (void)memory;
}

const Armature__Feature *cprotobufc_decode_feature(
    cprotobufc_arena *arena, const uint8_t *bytes, size_t count, size_t limit) {
  reset(arena);
  arena->limit = limit;
  ProtobufCAllocator allocator = {arena_allocate, arena_release, arena};
  return armature__feature__unpack(&allocator, count, bytes);
}
