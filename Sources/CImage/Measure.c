#include "CImage.h"
#include "Wide.h"

enum {
  // Squares of a chunk's samples fit 32 bits: 1,020² · 2,048 < 2³¹.
  chunk = 2048,
  // Rows whose samples' sum fits 16 bits.
  band = 257,
};

ARMATURE_INLINE size_t least(size_t a, size_t b) { return a < b ? a : b; }

ARMATURE_INLINE uint32_t sum_of_squares(const uint8_t *in, size_t count) {
  int32_t sum = 0;
  for (size_t i = 0; i < count; i++) {
    int16_t value = in[i];
    sum += (int32_t)value * value;
  }
  return (uint32_t)sum;
}

ARMATURE_INLINE size_t count_of_bright(const uint8_t *in, size_t count) {
  size_t sum = 0;
  for (size_t start = 0; start < count; start += 255) {
    uint8_t part = 0;
    size_t end = least(start + 255, count);
    for (size_t i = start; i < end; i++) part += in[i] >= 250;
    sum += part;
  }
  return sum;
}

ARMATURE_INLINE void laplacian(const uint8_t *in, size_t width, size_t count, int64_t *sum, uint64_t *squares) {
  int32_t part = 0, part_squares = 0;
  for (size_t i = 0; i < count; i++) {
    const uint8_t *at = in + i;
    int16_t value = (int16_t)(at[-1] + at[1] + at[-(ptrdiff_t)width] + at[width] - 4 * at[0]);
    part += value;
    part_squares += (int32_t)value * value;
  }
  *sum += part;
  *squares += (uint64_t)part_squares;
}

ARMATURE_WIDE
void armature_gray_measure(const uint8_t *gray, size_t height, size_t width, uint16_t *columns,
                           armature_gray_sums *sums) {
  for (size_t y = 0; y < height; y++) {
    const uint8_t *row = gray + y * width;
    for (size_t start = 0; start < width; start += chunk) {
      sums->squares += sum_of_squares(row + start, least(chunk, width - start));
    }
    sums->bright += count_of_bright(row, width);
    if (y % 2 == 0 || y + 1 >= height || width <= 2) continue;
    for (size_t start = 1; start < width - 1; start += chunk) {
      laplacian(row + start, width, least(chunk, width - 1 - start), &sums->laplacian, &sums->laplacian_squares);
    }
    sums->laplacian_count += width - 2;
  }
  for (size_t cell = 0; cell < 16; cell++) {
    size_t y = (cell * height + 15) / 16, end = ((cell + 1) * height + 15) / 16;
    while (y < end) {
      size_t last = least(y + band, end);
      for (size_t x = 0; x < width; x++) columns[x] = 0;
      for (; y < last; y++) {
        const uint8_t *row = gray + y * width;
        for (size_t x = 0; x < width; x++) columns[x] += row[x];
      }
      for (size_t part = 0; part < 16; part++) {
        size_t right = ((part + 1) * width + 15) / 16;
        uint64_t sum = 0;
        for (size_t x = (part * width + 15) / 16; x < right; x++) sum += columns[x];
        sums->cells[cell * 16 + part] += sum;
      }
    }
  }
}

ARMATURE_WIDE
uint64_t armature_gray_difference(const uint8_t *a, const uint8_t *b, size_t count) {
  uint64_t sum = 0;
  for (size_t start = 0; start < count; start += 1 << 16) {
    size_t end = least(start + (1 << 16), count);
    uint32_t part = 0;
    for (size_t i = start; i < end; i++) part += (uint32_t)(a[i] > b[i] ? a[i] - b[i] : b[i] - a[i]);
    sum += part;
  }
  return sum;
}

ARMATURE_WIDE
void armature_gray_from_rgb(const uint8_t *in, size_t count, uint8_t *out) {
  for (size_t i = 0; i < count; i++, in += 3) {
    out[i] = (uint8_t)((uint16_t)(77 * in[0] + 150 * in[1] + 29 * in[2]) >> 8);
  }
}
