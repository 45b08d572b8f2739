#include <string.h>

#include "CImage.h"
#include "Wide.h"

// Sums are unsigned: they wrap where signed ones would be undefined, and two's complement is the same.
typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef uint32_t u32x8 __attribute__((vector_size(32)));
typedef int32_t i32x8 __attribute__((vector_size(32)));
typedef uint8_t u8x8 __attribute__((vector_size(8)));

enum { fraction_bits = 22, half = 1 << (fraction_bits - 1) };

// Lines that are summed along their columns together, so that each weight is loaded once for all of them.
enum { together = 4 };

// Three channels are summed as four: the fourth is the next pixel's first, or falls in the slack.
enum { slack = 8 };

size_t armature_convolve_scratch(const armature_fixed_axis *columns, size_t channels) {
  return together * ((size_t)columns->input * channels + slack);
}

ARMATURE_INLINE uint8_t clipped(uint32_t sum) {
  int32_t value = (int32_t)sum >> fraction_bits;
  value = value > 0 ? value : 0;
  return (uint8_t)(value < 255 ? value : 255);
}

ARMATURE_INLINE void widen(const uint8_t *in, uint32_t *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = in[i];
}

// Sums the columns of `count` lines of three channels; `count` is a constant wherever this is expanded.
ARMATURE_INLINE void columns_of_three(const uint32_t *lines, size_t pitch, int count,
                                      const armature_fixed_axis *axis, uint8_t *out) {
  size_t out_pitch = (size_t)axis->output * 3;
  const int32_t *weights = axis->weights;
  for (int32_t x = 0; x < axis->output; x++, weights += axis->span, out += 3) {
    u32x4 sums[together];
    for (int line = 0; line < count; line++) sums[line] = (u32x4){half, half, half, half};
    const uint32_t *at = lines + (size_t)axis->starts[x] * 3;
    for (int32_t k = 0; k < axis->counts[x]; k++, at += 3) {
      for (int line = 0; line < count; line++) {
        u32x4 pixel;
        memcpy(&pixel, at + (size_t)line * pitch, sizeof pixel);
        sums[line] += (uint32_t)weights[k] * pixel;
      }
    }
    for (int line = 0; line < count; line++) {
      for (int c = 0; c < 3; c++) out[(size_t)line * out_pitch + (size_t)c] = clipped(sums[line][c]);
    }
  }
}

ARMATURE_INLINE void columns_of_any(const uint32_t *line, size_t channels, const armature_fixed_axis *axis,
                                    uint8_t *out) {
  const int32_t *weights = axis->weights;
  for (int32_t x = 0; x < axis->output; x++, weights += axis->span) {
    for (size_t c = 0; c < channels; c++) {
      uint32_t sum = half;
      const uint32_t *at = line + (size_t)axis->starts[x] * channels + c;
      for (int32_t k = 0; k < axis->counts[x]; k++, at += channels) sum += (uint32_t)weights[k] * *at;
      *out++ = clipped(sum);
    }
  }
}

ARMATURE_WIDE
void armature_convolve_columns_u8(const uint8_t *in, uint8_t *out, size_t channels, size_t height,
                                  const armature_fixed_axis *columns, uint32_t *scratch) {
  size_t width = (size_t)columns->input * channels, result = (size_t)columns->output * channels;
  size_t pitch = width + slack, y = 0;
  if (channels == 3) {
    for (; y + together <= height; y += together) {
      for (size_t i = 0; i < together; i++) widen(in + (y + i) * width, scratch + i * pitch, width);
      columns_of_three(scratch, pitch, together, columns, out + y * result);
    }
  }
  for (; y < height; y++) {
    widen(in + y * width, scratch, width);
    if (channels == 3) {
      columns_of_three(scratch, pitch, 1, columns, out + y * result);
    } else {
      columns_of_any(scratch, channels, columns, out + y * result);
    }
  }
}

ARMATURE_WIDE
void armature_convolve_rows_u8(const uint8_t *in, uint8_t *out, size_t stride,
                               const armature_fixed_axis *rows) {
  const int32_t *weights = rows->weights;
  for (int32_t y = 0; y < rows->output; y++, weights += rows->span, out += stride) {
    const uint8_t *first = in + (size_t)rows->starts[y] * stride;
    int32_t count = rows->counts[y];
    size_t i = 0;
    for (; i + 8 <= stride; i += 8) {
      u32x8 sums = {half, half, half, half, half, half, half, half};
      const uint8_t *at = first + i;
      for (int32_t k = 0; k < count; k++, at += stride) {
        u8x8 samples;
        memcpy(&samples, at, sizeof samples);
        sums += (uint32_t)weights[k] * __builtin_convertvector(samples, u32x8);
      }
      i32x8 values = (i32x8)sums >> fraction_bits;
      i32x8 most = {255, 255, 255, 255, 255, 255, 255, 255};
      values &= values > 0;  // comparisons give all ones or 0
      i32x8 fits = values < most;
      values = (values & fits) | (most & ~fits);
      u8x8 stored = __builtin_convertvector(values, u8x8);
      memcpy(out + i, &stored, sizeof stored);
    }
    for (; i < stride; i++) {
      uint32_t sum = half;
      for (int32_t k = 0; k < count; k++) sum += (uint32_t)weights[k] * first[(size_t)k * stride + i];
      out[i] = clipped(sum);
    }
  }
}
