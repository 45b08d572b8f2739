#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "CImage.h"

// Scans after which a progressive image is taken for an attack on time. Encoders write about ten.
enum { scan_limit = 200 };

struct armature_jpeg_reader {
  struct jpeg_decompress_struct codec;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  int too_many_scans;
  armature_image_info *info;  // that of the call under way
};

static armature_image_status status_of(int code) {
  switch (code) {
    case JERR_INPUT_EOF:
    case JERR_INPUT_EMPTY:
      return ARMATURE_IMAGE_ENDS_EARLY;
    case JERR_OUT_OF_MEMORY:
      return ARMATURE_IMAGE_NO_MEMORY;
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CCIR601_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
      return ARMATURE_IMAGE_UNSUPPORTED;
    default:
      return ARMATURE_IMAGE_CORRUPT;
  }
}

static void describe(j_common_ptr codec, armature_image_info *info) {
  char text[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, text);
  snprintf(info->message, sizeof info->message, "%s", text);
}

static void on_error(j_common_ptr codec) {
  armature_jpeg_reader *reader = codec->client_data;
  if (reader->too_many_scans) {
    reader->info->status = ARMATURE_IMAGE_UNSUPPORTED;
    snprintf(reader->info->message, sizeof reader->info->message, "more than %d scans", scan_limit);
  } else {
    reader->info->status = status_of(codec->err->msg_code);
    describe(codec, reader->info);
  }
  longjmp(reader->escape, 1);
}

static void on_message(j_common_ptr codec, int level) {
  if (level >= 0) return;
  armature_jpeg_reader *reader = codec->client_data;
  if (codec->err->num_warnings == 0) describe(codec, reader->info);
  codec->err->num_warnings += 1;
  reader->info->warnings = (uint32_t)codec->err->num_warnings;
}

static void keep_quiet(j_common_ptr codec) { (void)codec; }

static void start_source(j_decompress_ptr codec) { (void)codec; }

// All bytes are given at the start, so a request for more means that they end early.
static boolean refill(j_decompress_ptr codec) {
  ERREXIT(codec, JERR_INPUT_EOF);
  return FALSE;
}

static void skip(j_decompress_ptr codec, long count) {
  if (count <= 0) return;
  if ((size_t)count > codec->src->bytes_in_buffer) refill(codec);
  codec->src->next_input_byte += count;
  codec->src->bytes_in_buffer -= (size_t)count;
}

static void on_progress(j_common_ptr codec) {
  armature_jpeg_reader *reader = codec->client_data;
  if (reader->codec.input_scan_number > scan_limit) {
    reader->too_many_scans = 1;
    on_error(codec);
  }
}

void armature_jpeg_close(armature_jpeg_reader *reader) {
  if (reader == NULL) return;
  jpeg_destroy_decompress(&reader->codec);
  free(reader);
}

armature_jpeg_reader *armature_jpeg_open(const uint8_t *bytes, size_t count, int channels, int accurate,
                                         armature_image_info *info) {
  memset(info, 0, sizeof *info);
  armature_jpeg_reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) {
    info->status = ARMATURE_IMAGE_NO_MEMORY;
    return NULL;
  }
  struct jpeg_decompress_struct *codec = &reader->codec;
  reader->info = info;
  codec->err = jpeg_std_error(&reader->errors);
  codec->client_data = reader;
  reader->errors.error_exit = on_error;
  reader->errors.emit_message = on_message;
  reader->errors.output_message = keep_quiet;
  if (setjmp(reader->escape)) {
    armature_jpeg_close(reader);
    return NULL;
  }
  jpeg_create_decompress(codec);
  reader->source.next_input_byte = bytes;
  reader->source.bytes_in_buffer = count;
  reader->source.init_source = start_source;
  reader->source.fill_input_buffer = refill;
  reader->source.skip_input_data = skip;
  reader->source.resync_to_restart = jpeg_resync_to_restart;
  reader->source.term_source = start_source;
  codec->src = &reader->source;
  reader->progress.progress_monitor = on_progress;
  codec->progress = &reader->progress;

  jpeg_read_header(codec, TRUE);
  if (channels == 0) channels = codec->num_components < 3 ? codec->num_components : 3;
  if (channels != 1 && channels != 3) {
    info->status = ARMATURE_IMAGE_UNSUPPORTED;
    snprintf(info->message, sizeof info->message, "%d components to %d channels", codec->num_components,
             channels);
    armature_jpeg_close(reader);
    return NULL;
  }
  // CMYK leaves libjpeg as it is and becomes RGB below, as in TensorFlow.
  int inks = codec->jpeg_color_space == JCS_CMYK || codec->jpeg_color_space == JCS_YCCK;
  codec->out_color_space = channels == 1 ? JCS_GRAYSCALE : inks ? JCS_CMYK : JCS_RGB;
  // TensorFlow takes the fast transform, Pillow the accurate one; they differ in most samples.
  codec->dct_method = accurate ? JDCT_ISLOW : JDCT_IFAST;
  codec->do_fancy_upsampling = TRUE;
  jpeg_calc_output_dimensions(codec);
  info->width = codec->output_width;
  info->height = codec->output_height;
  info->channels = (uint32_t)channels;
  return reader;
}

static void rgb_from_inks(const JSAMPLE *inks, size_t width, int inverted, uint8_t *out) {
  for (size_t x = 0; x < width; x++, inks += 4, out += 3) {
    int black = inverted ? inks[3] : 255 - inks[3];
    for (int i = 0; i < 3; i++) {
      int ink = inverted ? inks[i] : 255 - inks[i];
      out[i] = (uint8_t)(black * ink / 255);
    }
  }
}

void armature_jpeg_read(armature_jpeg_reader *reader, uint8_t *out, armature_image_info *info) {
  struct jpeg_decompress_struct *codec = &reader->codec;
  reader->info = info;
  if (setjmp(reader->escape)) return;
  jpeg_start_decompress(codec);
  size_t stride = (size_t)codec->output_width * info->channels;
  if (codec->out_color_space == JCS_CMYK) {
    JSAMPARRAY line = codec->mem->alloc_sarray((j_common_ptr)codec, JPOOL_IMAGE, codec->output_width * 4, 1);
    while (codec->output_scanline < codec->output_height) {
      uint8_t *row = out + codec->output_scanline * stride;
      jpeg_read_scanlines(codec, line, 1);
      rgb_from_inks(line[0], codec->output_width, codec->saw_Adobe_marker, row);
    }
  } else {
    while (codec->output_scanline < codec->output_height) {
      JSAMPROW row = out + codec->output_scanline * stride;
      jpeg_read_scanlines(codec, &row, 1);
    }
  }
  jpeg_finish_decompress(codec);
}
