#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "CImage.h"

struct writer {
  struct jpeg_compress_struct codec;
  struct jpeg_error_mgr errors;
  jmp_buf escape;
  unsigned char *bytes;
  unsigned long count;
};

static void on_error(j_common_ptr codec) {
  struct writer *writer = codec->client_data;
  longjmp(writer->escape, 1);
}

static void keep_quiet(j_common_ptr codec) { (void)codec; }

uint8_t *armature_jpeg_write(const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
                             int quality, size_t *count, armature_image_info *info) {
  memset(info, 0, sizeof *info);
  struct writer *writer = calloc(1, sizeof *writer);
  if (writer == NULL) {
    info->status = ARMATURE_IMAGE_NO_MEMORY;
    return NULL;
  }
  struct jpeg_compress_struct *codec = &writer->codec;
  codec->err = jpeg_std_error(&writer->errors);
  codec->client_data = writer;
  writer->errors.error_exit = on_error;
  writer->errors.output_message = keep_quiet;
  if (setjmp(writer->escape)) {
    char text[JMSG_LENGTH_MAX];
    codec->err->format_message((j_common_ptr)codec, text);
    snprintf(info->message, sizeof info->message, "%s", text);
    info->status = ARMATURE_IMAGE_UNSUPPORTED;
    jpeg_destroy_compress(codec);
    free(writer->bytes);
    free(writer);
    return NULL;
  }
  jpeg_create_compress(codec);
  jpeg_mem_dest(codec, &writer->bytes, &writer->count);
  codec->image_width = width;
  codec->image_height = height;
  codec->input_components = channels;
  codec->in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(codec);  // accurate integer transform, chroma at half size both ways
  codec->density_unit = 1;   // per inch
  codec->X_density = 300;
  codec->Y_density = 300;
  jpeg_set_quality(codec, quality, TRUE);
  jpeg_start_compress(codec, TRUE);
  size_t stride = (size_t)width * (size_t)channels;
  while (codec->next_scanline < height) {
    JSAMPROW row = (JSAMPROW)(uintptr_t)(pixels + codec->next_scanline * stride);
    jpeg_write_scanlines(codec, &row, 1);
  }
  jpeg_finish_compress(codec);
  jpeg_destroy_compress(codec);
  uint8_t *bytes = writer->bytes;
  *count = writer->count;
  free(writer);
  return bytes;
}
