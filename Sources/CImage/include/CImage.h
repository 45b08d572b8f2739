// JPEG and PNG through libjpeg and libpng, CRC-32 through ISA-L, and the inner loops of resizing
// and measuring.
//
// libjpeg and libpng report errors by a non-local jump. Every jump starts and ends inside one function of
// this target: callers see a status and a message, never a jump.

#ifndef ARMATURE_CIMAGE_H
#define ARMATURE_CIMAGE_H

#include <stddef.h>
#include <stdint.h>

typedef enum armature_image_status {
  ARMATURE_IMAGE_OK = 0,
  ARMATURE_IMAGE_ENDS_EARLY = 1,   // the data stops before the image does
  ARMATURE_IMAGE_CORRUPT = 2,      // the data breaks the format's rules
  ARMATURE_IMAGE_UNSUPPORTED = 3,  // legal, but not readable here
  ARMATURE_IMAGE_NO_MEMORY = 4,
} armature_image_status;

// What a call found out about an image, or why it failed.
typedef struct armature_image_info {
  armature_image_status status;
  uint32_t width;
  uint32_t height;
  uint32_t channels;  // of the output
  uint32_t warnings;  // irregularities that the library went past
  char message[200];  // the library's words, when status is not OK or warnings is not 0
} armature_image_info;

// A JPEG or PNG image whose header has been read. The bytes must outlive it.
typedef struct armature_jpeg_reader armature_jpeg_reader;
typedef struct armature_png_reader armature_png_reader;

// Reads the header. `channels`: 0 = as stored, 1 = gray, 3 = RGB; `accurate`: 0 = the fast inverse transform,
// 1 = the accurate one. Returns NULL on failure, with `info` set.
armature_jpeg_reader *armature_jpeg_open(const uint8_t *bytes, size_t count, int channels, int accurate,
                                         armature_image_info *info);
// Decodes into `out`, which holds width * height * channels bytes.
void armature_jpeg_read(armature_jpeg_reader *reader, uint8_t *out, armature_image_info *info);
void armature_jpeg_close(armature_jpeg_reader *reader);

// Reads the header. `channels`: 0 = as stored, 1 = gray, 2 = gray and alpha, 3 = RGB, 4 = RGBA;
// `bits`: 8 or 16 per output sample. Returns NULL on failure, with `info` set.
armature_png_reader *armature_png_open(const uint8_t *bytes, size_t count, int channels, int bits,
                                       armature_image_info *info);
// Decodes into `out`, which holds width * height * channels samples of 8 bits, or of 16 in host order.
void armature_png_read(armature_png_reader *reader, void *out, armature_image_info *info);
void armature_png_close(armature_png_reader *reader);

// Encoded bytes, to be freed with `armature_image_free`; NULL on failure, with `info` set.
uint8_t *armature_jpeg_write(const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
                             int quality, size_t *count, armature_image_info *info);
uint8_t *armature_png_write(const void *pixels, uint32_t width, uint32_t height, int channels, int bits,
                            int level, size_t *count, armature_image_info *info);
void armature_image_free(uint8_t *bytes);

// CRC-32 as in PNG and gzip (reflected polynomial 0xEDB88320).
uint32_t armature_crc32(const uint8_t *bytes, size_t count);

// One axis of a resize: output i is the sum of weights[i * span + k] * input[starts[i] + k], k < counts[i].
typedef struct armature_resize_axis {
  const int32_t *starts;
  const int32_t *counts;
  const float *weights;
  int32_t span;
  int32_t input;
  int32_t output;
} armature_resize_axis;

// How many floats of scratch the functions below need.
size_t armature_resize_scratch(const armature_resize_axis *columns, size_t channels);

// Resizes interleaved samples: rows first, then columns, summed in float32 in source order without fused
// operations; integers are rounded half to even and clipped. Sizes must fit in `ptrdiff_t`.
void armature_resize_u8(const uint8_t *in, uint8_t *out, size_t channels, const armature_resize_axis *rows,
                        const armature_resize_axis *columns, float *scratch);
void armature_resize_u16(const uint16_t *in, uint16_t *out, size_t channels,
                         const armature_resize_axis *rows, const armature_resize_axis *columns,
                         float *scratch);
void armature_resize_f32(const float *in, float *out, size_t channels, const armature_resize_axis *rows,
                         const armature_resize_axis *columns, float *scratch);

// One axis of a resize in whole numbers: as above, the weights in parts of 2^22.
typedef struct armature_fixed_axis {
  const int32_t *starts;
  const int32_t *counts;
  const int32_t *weights;
  int32_t span;
  int32_t input;
  int32_t output;
} armature_fixed_axis;

// How many numbers of scratch the first function below needs.
size_t armature_convolve_scratch(const armature_fixed_axis *columns, size_t channels);

// Resizes interleaved bytes along one axis: the sum plus one half is cut to a whole number and clipped.
// Columns: `height` lines, each of its own. Rows: lines of `stride` bytes.
void armature_convolve_columns_u8(const uint8_t *in, uint8_t *out, size_t channels, size_t height,
                                  const armature_fixed_axis *columns, uint32_t *scratch);
void armature_convolve_rows_u8(const uint8_t *in, uint8_t *out, size_t stride,
                               const armature_fixed_axis *rows);

// What is summed over the gray samples of an image; zeros before.
typedef struct armature_gray_sums {
  uint64_t squares;
  uint64_t bright;             // samples of 250 or more
  int64_t laplacian;           // of every other row's inner samples
  uint64_t laplacian_squares;
  uint64_t laplacian_count;
  uint64_t cells[256];         // samples of 16 × 16 parts: part y * 16 / height of row y, columns alike
} armature_gray_sums;

// Adds the sums of `gray`, [height, width]; `columns` has room for `width` numbers.
void armature_gray_measure(const uint8_t *gray, size_t height, size_t width, uint16_t *columns,
                           armature_gray_sums *sums);

// The sum of absolute differences.
uint64_t armature_gray_difference(const uint8_t *a, const uint8_t *b, size_t count);

// Gray from interleaved RGB: 77, 150 and 29 parts of 256.
void armature_gray_from_rgb(const uint8_t *in, size_t count, uint8_t *out);

#endif
