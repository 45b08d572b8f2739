#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stdint.h>
#include <stdlib.h>

/// Inflates a whole zlib stream, checksum included, into `room` bytes; returns how many there are, -1 for damaged data, -2
/// where they do not fit.
static inline long long cisal_inflate(
  const uint8_t *_Nonnull input, uint32_t count, uint8_t *_Nonnull output, uint32_t room) {
  struct inflate_state *state = malloc(sizeof *state);
  if (!state) return -1;
  isal_inflate_init(state);
  state->crc_flag = ISAL_ZLIB;
  state->next_in = (uint8_t *)input;
  state->avail_in = count;
  state->next_out = output;
  state->avail_out = room;
  int status = isal_inflate_stateless(state);
  long long produced = state->total_out;
  free(state);
  return status == ISAL_DECOMP_OK ? produced : status == ISAL_OUT_OVERFLOW ? -2 : -1;
}
