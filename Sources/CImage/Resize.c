// Fused multiply-add would round once where the reference rounds twice, and only on some processors.
#pragma STDC FP_CONTRACT OFF

#include <string.h>

#include "CImage.h"

#if defined(__x86_64__) && defined(__ELF__)
// The wider variant is chosen at run time. AVX2 does not bring fused operations with it, so both agree.
#define ARMATURE_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define ARMATURE_WIDE
#endif

#define ARMATURE_INLINE static inline __attribute__((always_inline))

typedef float float4 __attribute__((vector_size(16)));
typedef float float8 __attribute__((vector_size(32)));

// Channels whose columns are summed four at a time read and write up to this many floats past the line.
enum { slack = 8 };

size_t armature_resize_scratch(const armature_resize_axis *columns, size_t channels) {
  return ((size_t)columns->input + (size_t)columns->output) * channels + 2 * slack;
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

// Up to four channels at once; lanes beyond `channels` are overwritten by the next pixel or fall in the slack.
ARMATURE_INLINE void mix_columns_by_four(const float *line, size_t channels, const armature_resize_axis *axis,
                                         float *out) {
  const float *weights = axis->weights;
  for (int32_t x = 0; x < axis->output; x++, weights += axis->span, out += channels) {
    float4 sum = {0};
    const float *at = line + (size_t)axis->starts[x] * channels;
    for (int32_t k = 0; k < axis->counts[x]; k++, at += channels) {
      float4 pixel;
      memcpy(&pixel, at, sizeof pixel);
      sum += weights[k] * pixel;
    }
    memcpy(out, &sum, sizeof sum);
  }
}

ARMATURE_INLINE void mix_columns_one_by_one(const float *line, size_t channels,
                                            const armature_resize_axis *axis, float *out) {
  const float *weights = axis->weights;
  for (int32_t x = 0; x < axis->output; x++, weights += axis->span, out += channels) {
    for (size_t c = 0; c < channels; c++) {
      float sum = 0;
      const float *at = line + (size_t)axis->starts[x] * channels + c;
      for (int32_t k = 0; k < axis->counts[x]; k++, at += channels) sum += weights[k] * *at;
      out[c] = sum;
    }
  }
}

ARMATURE_INLINE void mix_columns(const float *line, size_t channels, const armature_resize_axis *axis,
                                 float *out) {
  if (channels == 3) {
    mix_columns_by_four(line, 3, axis, out);
  } else if (channels == 4) {
    mix_columns_by_four(line, 4, axis, out);
  } else {
    mix_columns_one_by_one(line, channels, axis, out);
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

ARMATURE_WIDE
void armature_resize_u8(const uint8_t *in, uint8_t *out, size_t channels, const armature_resize_axis *rows,
                        const armature_resize_axis *columns, float *scratch) {
  size_t width = (size_t)columns->input * channels, result = (size_t)columns->output * channels;
  float *line = scratch, *mixed = scratch + width + slack;
  for (int32_t y = 0; y < rows->output; y++, out += result) {
    mix_rows_u8(in + (size_t)rows->starts[y] * width, width, rows->weights + (size_t)y * (size_t)rows->span,
                rows->counts[y], line);
    mix_columns(line, channels, columns, mixed);
    for (size_t i = 0; i < result; i++) out[i] = (uint8_t)rounded(mixed[i], 255);
  }
}

ARMATURE_WIDE
void armature_resize_u16(const uint16_t *in, uint16_t *out, size_t channels, const armature_resize_axis *rows,
                         const armature_resize_axis *columns, float *scratch) {
  size_t width = (size_t)columns->input * channels, result = (size_t)columns->output * channels;
  float *line = scratch, *mixed = scratch + width + slack;
  for (int32_t y = 0; y < rows->output; y++, out += result) {
    mix_rows_u16(in + (size_t)rows->starts[y] * width, width, rows->weights + (size_t)y * (size_t)rows->span,
                 rows->counts[y], line);
    mix_columns(line, channels, columns, mixed);
    for (size_t i = 0; i < result; i++) out[i] = (uint16_t)rounded(mixed[i], 65535);
  }
}

ARMATURE_WIDE
void armature_resize_f32(const float *in, float *out, size_t channels, const armature_resize_axis *rows,
                         const armature_resize_axis *columns, float *scratch) {
  size_t width = (size_t)columns->input * channels, result = (size_t)columns->output * channels;
  float *line = scratch, *mixed = scratch + width + slack;
  for (int32_t y = 0; y < rows->output; y++, out += result) {
    mix_rows_f32(in + (size_t)rows->starts[y] * width, width, rows->weights + (size_t)y * (size_t)rows->span,
                 rows->counts[y], line);
    mix_columns(line, channels, columns, mixed);
    memcpy(out, mixed, result * sizeof *out);
  }
}
