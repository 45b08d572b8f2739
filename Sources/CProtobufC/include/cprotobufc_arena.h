#ifndef CPROTOBUFC_ARENA_H
#define CPROTOBUFC_ARENA_H

#include <stddef.h>
#include <stdint.h>
#include "example.pb-c.h"

/// Memory that protobuf-c fills from front to back and that is given up all at once.
/// Not for use by two threads at a time.
typedef struct cprotobufc_arena cprotobufc_arena;

/// Makes an arena, or returns NULL without memory. The caller owns it.
cprotobufc_arena *cprotobufc_arena_create(void);

/// Frees the arena and everything in it.
void cprotobufc_arena_free(cprotobufc_arena *arena);

/// Decodes a tf.train.Feature; NULL when the bytes are no such message or need more than
/// `limit` bytes of memory. What is returned lives until the next call with the same arena.
const Armature__Feature *cprotobufc_decode_feature(
    cprotobufc_arena *arena, const uint8_t *bytes, size_t count, size_t limit);

#endif
