// The limit of looking at frames: decodes every JPEG and PNG of a file of frames, one after another, and prints the seconds.
//
//   cc -O2 -o decode_limit decode_limit.c -ljpeg -lpng && ./decode_limit FRAMES [gray]
//
// FRAMES holds, for each frame, its length (uint32, little-endian) and its bytes.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jpeglib.h>
#include <png.h>

int main(int argc, char **argv) {
  FILE *file = fopen(argv[1], "rb");
  if (argc < 2 || file == NULL) return 1;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  unsigned char *bytes = malloc(size), *row = malloc(1 << 20);
  if (fread(bytes, 1, size, file) != (size_t)size) return 1;
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  long frames = 0, pixels = 0;
  for (long place = 0; place + 4 <= size;) {
    uint32_t length;
    memcpy(&length, bytes + place, 4);
    place += 4;
    if (bytes[place] == 0x89) {
      png_image image = {.version = PNG_IMAGE_VERSION};
      if (!png_image_begin_read_from_memory(&image, bytes + place, length)) return 1;
      image.format = argc > 2 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
      unsigned char *whole = malloc(PNG_IMAGE_SIZE(image));
      if (!png_image_finish_read(&image, NULL, whole, 0, NULL)) return 1;
      free(whole);
      pixels += (long)image.width * image.height;
      place += length;
      frames++;
      continue;
    }
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors;
    info.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes + place, length);
    jpeg_read_header(&info, TRUE);
    info.dct_method = JDCT_IFAST;
    if (argc > 2) info.out_color_space = JCS_GRAYSCALE;
    jpeg_start_decompress(&info);
    while (info.output_scanline < info.output_height) jpeg_read_scanlines(&info, &row, 1);
    pixels += (long)info.output_width * info.output_height;
    jpeg_finish_decompress(&info);
    jpeg_destroy_decompress(&info);
    place += length;
    frames++;
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%ld frames, %ld pixels, %.4f s\n", frames, pixels,
         end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) * 1e-9);
  return 0;
}
