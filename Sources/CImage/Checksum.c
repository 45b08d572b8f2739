#include <isa-l/crc.h>

#include "CImage.h"

uint32_t armature_crc32(const uint8_t *bytes, size_t count) { return crc32_gzip_refl(0, bytes, count); }
