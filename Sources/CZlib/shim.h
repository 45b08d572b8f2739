#include <zlib.h>

// deflateInit2 and inflateInit2 are macros, which Swift does not import.

/// Starts inflating; `window` as inflateInit2's windowBits (15 + 32 detects zlib and gzip).
static inline int czlib_inflate_start(z_stream *stream, int window) {
  return inflateInit2(stream, window);
}

/// Starts deflating; `window` as deflateInit2's windowBits (15 zlib, 15 + 16 gzip).
static inline int czlib_deflate_start(z_stream *stream, int level, int window) {
  return deflateInit2(stream, level, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
}
