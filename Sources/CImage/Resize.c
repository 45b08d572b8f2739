// Fused multiply-add would round once where the reference rounds twice, and only on some processors.
#pragma STDC FP_CONTRACT OFF

#include <string.h>

#include "CImage.h"
#include "Wide.h"

typedef float float4 __attribute__((vector_size(16)));
typedef float float8 __attribute__((vector_size(32)));

// Rows that are summed along their columns together, so that each weight is loaded once for all of them.
enum { together = 4 };

// Columns are summed four samples at a time where there are three or four channels: the fourth lane of three
// is overwritten by the next pixel or falls in the slack after the line.
enum { slack = 8 };

ARMATURE_INLINE size_t line_pitch(const armature_resize_axis *columns, size_t channels) {
  return (size_t)columns->input * channels + slack;
}

ARMATURE_INLINE size_t mixed_pitch(const armature_resize_axis *columns, size_t channels) {
  return (size_t)columns->output * channels + slack;
}

size_t armature_resize_scratch(const armature_resize_axis *columns, size_t channels) {
  return together * (line_pitch(columns, channels) + mixed_pitch(columns, channels));
}

// out[i] = sum over k of weights[k] * in[k * stride + i], for one sample type.
#define ARMATURE_MIX_ROWS(name, sample)                                                                   \
  typedef sample name##_lanes __attribute__((vector_size(8 * sizeof(sample))));                           \
  ARMATURE_INLINE void name(const sample *in, size_t stride, const float *weights, int32_t count,         \
                            float *out) {                                                                 \
    size_t i = 0;                                                                                         \
    for (; i + 16 <= stride; i += 16) {                                                                   \
      float8 low = {0}, high = {0};                                                                       \
      const sample *at = in + i;                                                                          \
      for (int32_t k = 0; k < count; k++, at += stride) {                                                 \
        name##_lanes a, b;                                                                                \
        memcpy(&a, at, sizeof a);                                                                         \
        memcpy(&b, at + 8, sizeof b);                                                                     \
        low += weights[k] * __builtin_convertvector(a, float8);                                           \
        high += weights[k] * __builtin_convertvector(b, float8);                                          \
      }                                                                                                   \
      memcpy(out + i, &low, sizeof low);                                                                  \
      memcpy(out + i + 8, &high, sizeof high);                                                            \
    }                                                                                                     \
    for (; i < stride; i++) {                                                                             \
      float sum = 0;                                                                                      \
      for (int32_t k = 0; k < count; k++) sum += weights[k] * (float)in[(size_t)k * stride + i];          \
      out[i] = sum;                                                                                       \
    }                                                                                                     \
  }

ARMATURE_MIX_ROWS(mix_rows_u8, uint8_t)
ARMATURE_MIX_ROWS(mix_rows_u16, uint16_t)
ARMATURE_MIX_ROWS(mix_rows_f32, float)

// Sums the columns of `count` lines, which is a constant wherever this is expanded.
ARMATURE_INLINE void mix_columns_by_four(const float *lines, size_t channels, int count,
                                         const armature_resize_axis *axis, float *out) {
  size_t pitch = line_pitch(axis, channels), out_pitch = mixed_pitch(axis, channels);
  const float *weights = axis->weights;
  for (int32_t x = 0; x < axis->output; x++, weights += axis->span, out += channels) {
    float4 sums[together] = {{0}};
    const float *at = lines + (size_t)axis->starts[x] * channels;
    for (int32_t k = 0; k < axis->counts[x]; k++, at += channels) {
      for (int line = 0; line < count; line++) {
        float4 pixel;
        memcpy(&pixel, at + (size_t)line * pitch, sizeof pixel);
        sums[line] += weights[k] * pixel;
      }
    }
    for (int line = 0; line < count; line++) {
      memcpy(out + (size_t)line * out_pitch, &sums[line], sizeof sums[line]);
    }
  }
}

ARMATURE_INLINE void mix_columns_one_by_one(const float *lines, size_t channels, int count,
                                            const armature_resize_axis *axis, float *out) {
  size_t pitch = line_pitch(axis, channels), out_pitch = mixed_pitch(axis, channels);
  const float *weights = axis->weights;
  for (int32_t x = 0; x < axis->output; x++, weights += axis->span) {
    for (size_t c = 0; c < channels; c++, out++) {
      float sums[together] = {0};
      const float *at = lines + (size_t)axis->starts[x] * channels + c;
      for (int32_t k = 0; k < axis->counts[x]; k++, at += channels) {
        for (int line = 0; line < count; line++) sums[line] += weights[k] * at[(size_t)line * pitch];
      }
      for (int line = 0; line < count; line++) out[(size_t)line * out_pitch] = sums[line];
    }
  }
}

ARMATURE_INLINE void mix_columns(const float *lines, size_t channels, int count,
                                 const armature_resize_axis *axis, float *out) {
  if (channels == 3) {
    mix_columns_by_four(lines, 3, count, axis, out);
  } else if (channels == 4) {
    mix_columns_by_four(lines, 4, count, axis, out);
  } else {
    mix_columns_one_by_one(lines, channels, count, axis, out);
  }
}

// Adding 2^23 leaves no room for a fraction, so the sum is rounded half to even, whatever the processor;
// its low bits are then the integer. Clipping first gives what clipping afterwards would.
ARMATURE_INLINE uint32_t rounded(float value, float most) {
  value = value > 0 ? value : 0;
  value = value < most ? value : most;
  value += 8388608.0f;
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits & 0x7fffff;
}

ARMATURE_INLINE void store_u8(const float *mixed, uint8_t *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = (uint8_t)rounded(mixed[i], 255);
}

ARMATURE_INLINE void store_u16(const float *mixed, uint16_t *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = (uint16_t)rounded(mixed[i], 65535);
}

ARMATURE_INLINE void store_f32(const float *mixed, float *out, size_t count) {
  memcpy(out, mixed, count * sizeof *out);
}

// The whole resize, for one sample type: `together` output rows at a time, then what is left one by one.
#define ARMATURE_RESIZE(name, sample)                                                                     \
  ARMATURE_INLINE void some_rows_##name(const sample *in, sample *out, size_t channels, int32_t first,    \
                                        int count, const armature_resize_axis *rows,                      \
                                        const armature_resize_axis *columns, float *scratch) {            \
    size_t width = (size_t)columns->input * channels, result = (size_t)columns->output * channels;        \
    size_t pitch = line_pitch(columns, channels);                                                         \
    float *mixed = scratch + together * pitch;                                                            \
    for (int i = 0; i < count; i++) {                                                                     \
      size_t y = (size_t)first + (size_t)i;                                                               \
      mix_rows_##name(in + (size_t)rows->starts[y] * width, width, rows->weights + y * (size_t)rows->span, \
                      rows->counts[y], scratch + (size_t)i * pitch);                                      \
    }                                                                                                     \
    mix_columns(scratch, channels, count, columns, mixed);                                                \
    for (int i = 0; i < count; i++) {                                                                     \
      store_##name(mixed + (size_t)i * mixed_pitch(columns, channels),                                    \
                   out + ((size_t)first + (size_t)i) * result, result);                                   \
    }                                                                                                     \
  }                                                                                                       \
  ARMATURE_WIDE                                                                                           \
  void armature_resize_##name(const sample *in, sample *out, size_t channels,                             \
                              const armature_resize_axis *rows, const armature_resize_axis *columns,      \
                              float *scratch) {                                                           \
    int32_t y = 0;                                                                                        \
    for (; y + together <= rows->output; y += together) {                                                 \
      some_rows_##name(in, out, channels, y, together, rows, columns, scratch);                           \
    }                                                                                                     \
    for (; y < rows->output; y++) some_rows_##name(in, out, channels, y, 1, rows, columns, scratch);      \
  }

ARMATURE_RESIZE(u8, uint8_t)
ARMATURE_RESIZE(u16, uint16_t)
ARMATURE_RESIZE(f32, float)
