// What reading and fitting a tokenizer needs of sentencepiece, as C functions.
//
// Every function that can fail returns false and sets `*message`, a malloc'ed line that the caller frees. No C++
// exception passes. Memory given out is malloc'ed and the caller's to free.
#ifndef CSENTENCEPIECE_H
#define CSENTENCEPIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef struct csp_model csp_model;

/// Reads a serialized model. Free the result with csp_free.
bool csp_load(
    const void *_Nullable bytes, size_t count, csp_model *_Nullable *_Nonnull out, char *_Nullable *_Nonnull message);
void csp_free(csp_model *model);
/// The number of pieces.
int32_t csp_size(const csp_model *model);
/// The id of `piece`, that of the unknown piece where there is none.
int32_t csp_id(const csp_model *model, const char *piece);
/// The ids of the unknown piece, of begin and of end of a text; -1 where there is none.
int32_t csp_unknown(const csp_model *model);
int32_t csp_begin(const csp_model *model);
int32_t csp_end(const csp_model *model);
/// The piece of `id`, which must lie inside; malloc'ed, ended by 0.
char *_Nullable csp_piece(const csp_model *model, int32_t id);
/// The ids of a text.
bool csp_encode(
    const csp_model *model, const char *text, size_t byte_count, int32_t *_Nullable *_Nonnull ids, size_t *count,
    char *_Nullable *_Nonnull message);
/// The text of ids, which must lie inside; not ended by 0.
bool csp_decode(
    const csp_model *model, const int32_t *_Nullable ids, size_t count, char *_Nullable *_Nonnull text,
    size_t *byte_count, char *_Nullable *_Nonnull message);
/// Fits a model to `sentences` and serializes it. `options` are the trainer's own, `name=value` apart by spaces.
bool csp_train(
    const char *options, const char *_Nonnull const *_Nonnull sentences, size_t count,
    char *_Nullable *_Nonnull bytes, size_t *byte_count, char *_Nullable *_Nonnull message);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif
#endif
