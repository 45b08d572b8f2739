#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

// What Swift cannot import of libhdf5 (its macros), and h5py's LZF filter. All calls under one lock.

/// The filter that h5py registers as LZF.
#define CHDF5_LZF 32000

/// Unpacks `count` bytes of LZF into `room` bytes; returns how many there are, or 0 for damaged data.
///
/// A control byte below 32 stands for that many literals and one more; else its upper three bits are a length less 2
/// (7: another byte adds to it) and its lower five with the next byte how far back the copy begins, less 1.
static inline size_t chdf5_lzf_inflate(
  const unsigned char *_Nonnull input, size_t count, unsigned char *_Nonnull output, size_t room) {
  size_t in = 0, out = 0;
  while (in < count) {
    unsigned control = input[in++];
    if (control < 32) {
      size_t length = control + 1;
      if (length > count - in || length > room - out) return 0;
      // Copies of a fixed size are quicker where there is room for them.
      if (count - in >= 32 && room - out >= 32) memcpy(output + out, input + in, 32);
      else memcpy(output + out, input + in, length);
      in += length;
      out += length;
    } else {
      size_t length = control >> 5;
      if (length == 7) {
        if (in >= count) return 0;
        length += input[in++];
      }
      if (in >= count) return 0;
      size_t back = ((size_t)(control & 31) << 8 | input[in++]) + 1;
      length += 2;
      if (back > out || length > room - out) return 0;
      unsigned char *to = output + out;
      if (back >= 8 && room - out >= length + 8) {
        for (size_t i = 0; i < length; i += 8) memcpy(to + i, to + i - back, 8);
      } else {
        for (size_t i = 0; i < length; i++) to[i] = to[i - back];
      }
      out += length;
    }
  }
  return out;
}

/// libhdf5's form of a filter; the third client value is the size of a chunk.
static size_t chdf5_lzf_filter(
  unsigned flags, size_t valueCount, const unsigned values[], size_t count, size_t *size, void **buffer) {
  if (!(flags & H5Z_FLAG_REVERSE) || valueCount < 3 || values[2] == 0) return 0;
  size_t room = values[2];
  unsigned char *output = malloc(room);
  if (!output) return 0;
  size_t filled = chdf5_lzf_inflate(*buffer, count, output, room);
  if (!filled) {
    free(output);
    return 0;
  }
  free(*buffer);
  *buffer = output;
  *size = room;
  return filled;
}

/// Keeps the library from printing errors in this thread; builds that know threads keep the setting for each.
static inline void chdf5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

/// Readies the library: no printing of errors, no plug-ins from disk, LZF known.
static inline int chdf5_start(void) {
  if (H5open() < 0) return -1;
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  H5PLset_loading_state(0);
  static H5Z_class2_t lzf = {H5Z_CLASS_T_VERS, CHDF5_LZF, 0, 1, "lzf", NULL, NULL, chdf5_lzf_filter};
  return H5Zregister(&lzf) < 0 ? -1 : 0;
}

/// Opens a file for reading, without locks on it; closing it closes all in it.
static inline hid_t chdf5_open(const char *_Nonnull path) {
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  H5Pset_file_locking(access, 0, 1);
  hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
  H5Pclose(access);
  return file;
}

/// The bytes before the file's own, or -1. libhdf5 1.10 leaves them out of the addresses of chunks.
static inline long long chdf5_user_block(hid_t file) {
  hid_t list = H5Fget_create_plist(file);
  if (list < 0) return -1;
  hsize_t size = 0;
  int status = H5Pget_userblock(list, &size);
  H5Pclose(list);
  return status < 0 ? -1 : (long long)size;
}

/// What kind of link `name` is: 0 hard, 1 soft, 2 anything else, -1 none.
static inline int chdf5_link(hid_t group, const char *_Nonnull name, size_t *_Nonnull size) {
  H5L_info_t info;
  if (H5Lget_info(group, name, &info, H5P_DEFAULT) < 0) return -1;
  if (info.type == H5L_TYPE_HARD) return 0;
  if (info.type != H5L_TYPE_SOFT) return 2;
  *size = info.u.val_size;
  return 1;
}

/// The target of a soft link, into `size` bytes.
static inline int chdf5_link_target(
  hid_t group, const char *_Nonnull name, char *_Nonnull target, size_t size) {
  return H5Lget_val(group, name, target, size, H5P_DEFAULT) < 0 ? -1 : 0;
}

/// The number of links of a group, or -1.
static inline long long chdf5_link_count(hid_t group) {
  H5G_info_t info;
  return H5Gget_info(group, &info) < 0 ? -1 : (long long)info.nlinks;
}

/// The name of link `index`, in order of names; returns its length, or -1.
static inline long chdf5_link_name(hid_t group, unsigned long long index, char *_Nullable name, size_t size) {
  return (long)H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, name, size, H5P_DEFAULT);
}

/// What an opened object is: 0 a group, 1 a dataset, 2 something else.
static inline int chdf5_kind(hid_t object) {
  H5I_type_t type = H5Iget_type(object);
  return type == H5I_GROUP ? 0 : type == H5I_DATASET ? 1 : 2;
}

static inline hid_t chdf5_object(hid_t group, const char *_Nonnull name) {
  return H5Oopen(group, name, H5P_DEFAULT);
}

static inline hid_t chdf5_attribute(hid_t object, unsigned long long index) {
  return H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, index, H5P_DEFAULT, H5P_DEFAULT);
}

static inline long long chdf5_attribute_count(hid_t object) {
  H5O_info_t info;
  return H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS) < 0 ? -1 : (long long)info.num_attrs;
}

/// The kinds of element that can be read.
enum { CHDF5_OTHER, CHDF5_INTEGER, CHDF5_UNSIGNED, CHDF5_FLOAT, CHDF5_BOOL, CHDF5_TEXT, CHDF5_LONG_TEXT, CHDF5_COMPOUND };

/// What a type is; `size` is that of one element.
static inline int chdf5_element(hid_t type, size_t *_Nonnull size) {
  *size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
  case H5T_INTEGER: return H5Tget_sign(type) == H5T_SGN_NONE ? CHDF5_UNSIGNED : CHDF5_INTEGER;
  case H5T_FLOAT: return CHDF5_FLOAT;
  case H5T_ENUM: {
    signed char no = 1, yes = 0;
    if (*size == 1 && H5Tget_nmembers(type) == 2 && H5Tenum_valueof(type, "FALSE", &no) >= 0
        && H5Tenum_valueof(type, "TRUE", &yes) >= 0 && no == 0 && yes == 1)
      return CHDF5_BOOL;
    return CHDF5_OTHER;
  }
  case H5T_STRING: return H5Tis_variable_str(type) > 0 ? CHDF5_LONG_TEXT : CHDF5_TEXT;
  case H5T_COMPOUND: return CHDF5_COMPOUND;
  default: return CHDF5_OTHER;
  }
}

/// A type of this machine for the elements of `type`; the caller closes it.
static inline hid_t chdf5_memory_type(hid_t type, int element, size_t size) {
  if (element == CHDF5_INTEGER || element == CHDF5_UNSIGNED) {
    hid_t made = H5Tcopy(element == CHDF5_INTEGER ? H5T_STD_I8LE : H5T_STD_U8LE);
    if (size > 8 || H5Tset_size(made, size) < 0 || H5Tset_precision(made, 8 * size) < 0) return -1;
    return made;
  }
  if (element == CHDF5_FLOAT) {
    if (size == 8) return H5Tcopy(H5T_IEEE_F64LE);
    hid_t made = H5Tcopy(H5T_IEEE_F32LE);
    if (size == 2) {
      H5Tset_fields(made, 15, 10, 5, 0, 10);
      H5Tset_size(made, 2);
      H5Tset_ebias(made, 15);
    }
    return made;
  }
  return H5Tcopy(type);  // Texts and truth values stay as they are.
}

/// How a fixed text is padded: 0 and 1 with NUL, 2 with blanks.
static inline int chdf5_padding(hid_t type) { return (int)H5Tget_strpad(type); }

/// Reads all of a dataset (`isAttribute` 0) or an attribute.
static inline int chdf5_read(hid_t object, int isAttribute, hid_t memory, void *_Nonnull into) {
  return isAttribute ? H5Aread(object, memory, into) : H5Dread(object, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, into);
}

/// Gives back the texts that reading a variable-length type made.
static inline void chdf5_reclaim(hid_t memory, hid_t space, void *_Nonnull texts) {
  H5Dvlen_reclaim(memory, space, H5P_DEFAULT, texts);
}

/// How a dataset lies in its file: 0 compact, 1 contiguous, 2 chunked, -2 in other files, -1 unknown.
static inline int chdf5_layout(hid_t dataset) {
  hid_t list = H5Dget_create_plist(dataset);
  if (list < 0) return -1;
  int layout = (int)H5Pget_layout(list);
  if (layout == H5D_VIRTUAL || H5Pget_external_count(list) > 0) layout = -2;
  H5Pclose(list);
  return layout;
}
/// The number of filters of a dataset, the size of its chunks in elements into `chunk` of `rank`, and the filters' numbers into `filters` of 8.
static inline int chdf5_filters(hid_t dataset, int rank, hsize_t *_Nonnull chunk, int *_Nonnull filters) {
  hid_t list = H5Dget_create_plist(dataset);
  if (list < 0) return -1;
  int count = H5Pget_nfilters(list);
  if (H5Pget_chunk(list, rank, chunk) != rank || count > 8) count = -1;
  for (int i = 0; i < count; i++) {
    unsigned flags;
    size_t values = 0;
    filters[i] = (int)H5Pget_filter2(list, i, &flags, &values, NULL, 0, NULL, NULL);
  }
  H5Pclose(list);
  return count;
}

/// Where the chunk that begins at `offset` lies, its bytes, and what filters were left out. Returns its address, or -1.
///
/// By coordinates, which the library looks up; by number it would count all chunks before.
static inline long long chdf5_chunk(
  hid_t dataset, const hsize_t *_Nonnull offset, unsigned *_Nonnull skipped, hsize_t *_Nonnull size) {
  haddr_t address;
  if (H5Dget_chunk_info_by_coord(dataset, offset, skipped, &address, size) < 0) return -1;
  return address == HADDR_UNDEF ? -1 : (long long)address;
}

/// Puts the `size` bytes of each of `count` elements together again: shuffled, all first bytes stand before all second ones.
static inline void chdf5_unshuffle(
  const unsigned char *_Nonnull input, size_t count, size_t size, unsigned char *_Nonnull output) {
  for (size_t i = 0; i < count; i++)
    for (size_t byte = 0; byte < size; byte++) output[i * size + byte] = input[byte * count + i];
}

/// Copies `count` pieces of `size` bytes, `from` and `to` bytes apart.
static inline void chdf5_copy_pieces(
  const unsigned char *_Nonnull input, size_t from, unsigned char *_Nonnull output, size_t to, size_t count, size_t size) {
#define CHDF5_PIECES(N) \
  case N: \
    for (size_t i = 0; i < count; i++) memcpy(output + i * to, input + i * from, N); \
    return
  switch (size) {
    CHDF5_PIECES(1);
    CHDF5_PIECES(2);
    CHDF5_PIECES(3);
    CHDF5_PIECES(4);
    CHDF5_PIECES(6);
    CHDF5_PIECES(8);
    CHDF5_PIECES(12);
    CHDF5_PIECES(16);
  default:
    for (size_t i = 0; i < count; i++) memcpy(output + i * to, input + i * from, size);
  }
#undef CHDF5_PIECES
}
