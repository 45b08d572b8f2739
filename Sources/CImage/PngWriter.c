#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>
#include <zlib.h>

#include "CImage.h"

struct writer {
  png_structp codec;
  png_infop header;
  uint8_t *bytes;
  size_t count;
  size_t room;
  armature_image_info *info;
};

static void on_error(png_structp codec, png_const_charp text) {
  struct writer *writer = png_get_error_ptr(codec);
  writer->info->status = ARMATURE_IMAGE_UNSUPPORTED;
  snprintf(writer->info->message, sizeof writer->info->message, "%s", text);
  png_longjmp(codec, 1);
}

static void on_warning(png_structp codec, png_const_charp text) {
  (void)codec;
  (void)text;
}

static void append(png_structp codec, png_bytep bytes, size_t count) {
  struct writer *writer = png_get_io_ptr(codec);
  if (count > writer->room - writer->count) {
    size_t room = (writer->count + count) * 2;
    uint8_t *grown = realloc(writer->bytes, room);
    if (grown == NULL) png_error(codec, "Out of memory");
    writer->bytes = grown;
    writer->room = room;
  }
  memcpy(writer->bytes + writer->count, bytes, count);
  writer->count += count;
}

static void flush(png_structp codec) { (void)codec; }

uint8_t *armature_png_write(const void *pixels, uint32_t width, uint32_t height, int channels, int bits,
                            int level, size_t *count, armature_image_info *info) {
  static const int colors[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                               PNG_COLOR_TYPE_RGB_ALPHA};
  memset(info, 0, sizeof *info);
  struct writer *writer = calloc(1, sizeof *writer);
  if (writer == NULL || channels < 1 || channels > 4) {
    info->status = writer == NULL ? ARMATURE_IMAGE_NO_MEMORY : ARMATURE_IMAGE_UNSUPPORTED;
    free(writer);
    return NULL;
  }
  writer->info = info;
  writer->codec = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, on_error, on_warning);
  writer->header = writer->codec == NULL ? NULL : png_create_info_struct(writer->codec);
  if (writer->header == NULL) info->status = ARMATURE_IMAGE_NO_MEMORY;
  if (writer->header == NULL || setjmp(png_jmpbuf(writer->codec))) {
    png_destroy_write_struct(&writer->codec, &writer->header);
    free(writer->bytes);
    free(writer);
    return NULL;
  }
  png_set_write_fn(writer->codec, writer, append, flush);
  png_set_compression_level(writer->codec, level);
  png_set_compression_mem_level(writer->codec, MAX_MEM_LEVEL);
  png_set_IHDR(writer->codec, writer->header, width, height, bits, colors[channels - 1], PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(writer->codec, writer->header);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (bits == 16) png_set_swap(writer->codec);
#endif
  size_t stride = (size_t)width * (size_t)channels * (size_t)(bits / 8);
  const uint8_t *row = pixels;
  for (uint32_t y = 0; y < height; y++, row += stride) png_write_row(writer->codec, row);
  png_write_end(writer->codec, NULL);
  png_destroy_write_struct(&writer->codec, &writer->header);
  uint8_t *bytes = writer->bytes;
  *count = writer->count;
  free(writer);
  return bytes;
}

void armature_image_free(uint8_t *bytes) { free(bytes); }
