#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "CImage.h"

struct armature_png_reader {
  png_structp codec;
  png_infop header;
  const uint8_t *bytes;
  size_t left;
  int passes;
  int widens;     // 8-bit samples become 16-bit ones after decoding
  int ends_early;
  armature_image_info *info;  // that of the call under way
};

// Chunks that cannot change a sample. They are passed over unread, so that none can take memory or time.
static const png_byte ignored[] =
    "bKGD\0eXIf\0hIST\0iTXt\0oFFs\0pCAL\0pHYs\0sCAL\0sPLT\0tEXt\0tIME\0zTXt\0iCCP";
enum { ignored_count = 13 };

static void on_error(png_structp codec, png_const_charp text) {
  armature_png_reader *reader = png_get_error_ptr(codec);
  armature_image_info *info = reader->info;
  info->status = reader->ends_early ? ARMATURE_IMAGE_ENDS_EARLY : ARMATURE_IMAGE_CORRUPT;
  if (strcmp(text, "Out of memory") == 0) info->status = ARMATURE_IMAGE_NO_MEMORY;
  snprintf(info->message, sizeof info->message, "%s", text);
  png_longjmp(codec, 1);
}

static void on_warning(png_structp codec, png_const_charp text) {
  armature_png_reader *reader = png_get_error_ptr(codec);
  if (reader->info->warnings == 0) {
    snprintf(reader->info->message, sizeof reader->info->message, "%s", text);
  }
  reader->info->warnings += 1;
}

static void supply(png_structp codec, png_bytep out, size_t count) {
  armature_png_reader *reader = png_get_io_ptr(codec);
  if (count > reader->left) {
    reader->ends_early = 1;
    png_error(codec, "data ends early");
  }
  memcpy(out, reader->bytes, count);
  reader->bytes += count;
  reader->left -= count;
}

void armature_png_close(armature_png_reader *reader) {
  if (reader == NULL) return;
  png_destroy_read_struct(&reader->codec, &reader->header, NULL);
  free(reader);
}

// Asks libpng for the same conversions, in the same order, as TensorFlow does.
static void request(armature_png_reader *reader, int channels, int bits) {
  png_structp codec = reader->codec;
  int depth = png_get_bit_depth(codec, reader->header);
  int color = png_get_color_type(codec, reader->header);
  int has_transparency = png_get_valid(codec, reader->header, PNG_INFO_tRNS) != 0;
  int has_alpha = (color & PNG_COLOR_MASK_ALPHA) != 0;
  int is_gray = (color & PNG_COLOR_MASK_COLOR) == 0;

  if (channels == 0) {
    channels = color == PNG_COLOR_TYPE_PALETTE ? (has_transparency ? 4 : 3)
                                               : png_get_channels(codec, reader->header);
  }
  reader->info->channels = (uint32_t)channels;
  if (channels % 2 == 0) {
    if (!has_alpha && has_transparency) {
      png_set_tRNS_to_alpha(codec);
    } else if (!has_alpha) {
      // Opaque. libpng takes the low bits that the depth after conversion has room for.
      png_set_add_alpha(codec, 0xffff, PNG_FILLER_AFTER);
    }
  } else if (has_alpha || has_transparency) {
    png_set_strip_alpha(codec);
  }
  if (depth == 16 && bits == 8) png_set_strip_16(codec);
  reader->widens = depth <= 8 && bits == 16;
  png_set_packing(codec);
  reader->passes = png_set_interlace_handling(codec);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (bits == 16) png_set_swap(codec);
#endif
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(codec);
  if (is_gray && depth < 8) png_set_expand_gray_1_2_4_to_8(codec);
  if (channels < 3 && !is_gray) png_set_rgb_to_gray(codec, PNG_ERROR_ACTION_NONE, 0.299, 0.587);
  if (channels >= 3 && is_gray) png_set_gray_to_rgb(codec);
  png_read_update_info(codec, reader->header);
}

armature_png_reader *armature_png_open(const uint8_t *bytes, size_t count, int channels, int bits,
                                       armature_image_info *info) {
  memset(info, 0, sizeof *info);
  armature_png_reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) {
    info->status = ARMATURE_IMAGE_NO_MEMORY;
    return NULL;
  }
  reader->bytes = bytes;
  reader->left = count;
  reader->info = info;
  reader->codec = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, on_error, on_warning);
  reader->header = reader->codec == NULL ? NULL : png_create_info_struct(reader->codec);
  if (reader->header == NULL) {
    info->status = ARMATURE_IMAGE_NO_MEMORY;
    armature_png_close(reader);
    return NULL;
  }
  if (setjmp(png_jmpbuf(reader->codec))) {
    armature_png_close(reader);
    return NULL;
  }
  png_set_read_fn(reader->codec, reader, supply);
  png_set_chunk_malloc_max(reader->codec, 8000000);
  png_set_chunk_cache_max(reader->codec, 16);
  // A colour profile can change how RGB becomes gray, and nothing else: keep it only for that.
  int keeps_profile = channels == 1 || channels == 2;
  png_set_keep_unknown_chunks(reader->codec, PNG_HANDLE_CHUNK_NEVER, ignored,
                              keeps_profile ? ignored_count - 1 : ignored_count);
  png_read_info(reader->codec, reader->header);
  info->width = png_get_image_width(reader->codec, reader->header);
  info->height = png_get_image_height(reader->codec, reader->header);
  request(reader, channels, bits);

  size_t sample = bits == 16 && !reader->widens ? 2 : 1;
  if (png_get_rowbytes(reader->codec, reader->header) != (size_t)info->width * info->channels * sample) {
    info->status = ARMATURE_IMAGE_UNSUPPORTED;
    snprintf(info->message, sizeof info->message, "no conversion to %u channels of %d bits", info->channels,
             bits);
    armature_png_close(reader);
    return NULL;
  }
  return reader;
}

void armature_png_read(armature_png_reader *reader, void *out, armature_image_info *info) {
  reader->info = info;
  if (setjmp(png_jmpbuf(reader->codec))) return;
  size_t stride = png_get_rowbytes(reader->codec, reader->header);
  for (int pass = 0; pass < reader->passes; pass++) {
    png_bytep row = out;
    for (uint32_t y = 0; y < info->height; y++, row += stride) png_read_row(reader->codec, row, NULL);
  }
  png_read_end(reader->codec, NULL);
  if (!reader->widens) return;
  // In place, from the end, so that no sample is overwritten before it is read.
  uint8_t *narrow = out;
  uint16_t *wide = out;
  for (size_t i = stride * info->height; i-- > 0;) wide[i] = (uint16_t)(narrow[i] * 257);
}
