// What the model and its training need of libtorch, as C functions.
//
// Every function returns a status. Where it is not CTORCH_OK, `error->message` holds one malloc'ed line that the
// caller frees, and outputs are untouched. No C++ exception passes. A `ctorch_tensor` is one owned reference to a
// tensor: whoever receives one through an `out` parameter releases it. Inputs are borrowed.
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef struct ctorch_tensor ctorch_tensor;
typedef struct ctorch_generator ctorch_generator;

typedef enum ctorch_status {
  CTORCH_OK = 0,
  CTORCH_FAILED = 1,
  CTORCH_OUT_OF_MEMORY = 2,
} ctorch_status;

typedef struct ctorch_error {
  char *_Nullable message;
} ctorch_error;

/// Element types; the numbers are this header's own.
typedef enum ctorch_dtype {
  CTORCH_BOOL = 0,
  CTORCH_UINT8 = 1,
  CTORCH_INT32 = 2,
  CTORCH_INT64 = 3,
  CTORCH_FLOAT16 = 4,
  CTORCH_BFLOAT16 = 5,
  CTORCH_FLOAT32 = 6,
  CTORCH_FLOAT64 = 7,
  CTORCH_INT8 = 8,
  CTORCH_INT16 = 9,
} ctorch_dtype;

/// A place: -1 is the host's memory, 0… the CUDA device of that number.
typedef int32_t ctorch_device;

/// A list of sizes or dimensions.
typedef struct ctorch_sizes {
  const int64_t *_Nullable values;
  size_t count;
} ctorch_sizes;

/// A list of borrowed tensors.
typedef struct ctorch_tensors {
  ctorch_tensor *_Nullable const *_Nullable values;
  size_t count;
} ctorch_tensors;

// Engine -------------------------------------------------------------------------------------------------------

/// The version of the libtorch that was linked, in static memory.
const char *ctorch_version(void);
/// The threads that one operation uses.
int32_t ctorch_threads(void);
ctorch_status ctorch_set_threads(int32_t count, ctorch_error *error);
/// Whether operations choose deterministic algorithms.
ctorch_status ctorch_set_deterministic(bool value, ctorch_error *error);
/// Whether operations of this thread are recorded for a gradient.
bool ctorch_gradient_enabled(void);
void ctorch_set_gradient_enabled(bool value);
/// Begins, or ends, mixed precision on this thread: matrix products run in `dtype`.
ctorch_status ctorch_autocast_begin(ctorch_device device, ctorch_dtype dtype, ctorch_error *error);
ctorch_status ctorch_autocast_end(ctorch_device device, ctorch_error *error);
/// Loads libtorch_cuda beside libtorch_cpu and counts the devices.
ctorch_status ctorch_cuda_devices(int32_t *count, ctorch_error *error);

// Random numbers -----------------------------------------------------------------------------------------------

/// Seeds the engine's own generators, which dropout draws from.
ctorch_status ctorch_seed(uint64_t seed, ctorch_error *error);
ctorch_status ctorch_generator_make(uint64_t seed, ctorch_generator *_Nullable *_Nonnull out, ctorch_error *error);
void ctorch_generator_free(ctorch_generator *generator);
ctorch_status ctorch_normal_(
    ctorch_tensor *self, double mean, double deviation, ctorch_generator *generator, ctorch_error *error);
ctorch_status ctorch_uniform_(
    ctorch_tensor *self, double low, double high, ctorch_generator *generator, ctorch_error *error);

// Making and reading tensors -----------------------------------------------------------------------------------

void ctorch_release(ctorch_tensor *self);
/// Another reference to the same tensor.
ctorch_tensor *ctorch_retain(const ctorch_tensor *self);
/// Copies `byte_count` bytes into a new host tensor.
ctorch_status ctorch_from_bytes(
    const void *_Nullable bytes, size_t byte_count, ctorch_dtype dtype, ctorch_sizes shape,
    ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
/// Views memory without copying it; calls `release(context)` once, when the last tensor over it is gone, or at once
/// on failure. The memory must not be written through the tensor when it is read-only.
ctorch_status ctorch_from_memory(
    const void *memory, ctorch_dtype dtype, ctorch_sizes shape, void (*release)(void *_Nullable),
    void *_Nullable context, ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
ctorch_status ctorch_full(
    ctorch_sizes shape, double value, ctorch_dtype dtype, ctorch_device device, ctorch_tensor *_Nullable *_Nonnull out,
    ctorch_error *error);
/// 0, 1, … `count` - 1 as int64 or a floating type.
ctorch_status ctorch_range(
    int64_t count, ctorch_dtype dtype, ctorch_device device, ctorch_tensor *_Nullable *_Nonnull out,
    ctorch_error *error);
int64_t ctorch_rank(const ctorch_tensor *self);
/// The size of `dimension`, which lies in 0..<rank.
int64_t ctorch_size(const ctorch_tensor *self, int64_t dimension);
ctorch_status ctorch_dtype_of(const ctorch_tensor *self, ctorch_dtype *out, ctorch_error *error);
ctorch_device ctorch_device_of(const ctorch_tensor *self);
/// Copies the elements, row-major, to the host's memory: exactly `byte_count` bytes.
ctorch_status ctorch_copy_bytes(const ctorch_tensor *self, void *_Nullable bytes, size_t byte_count, ctorch_error *error);
ctorch_status ctorch_to(
    const ctorch_tensor *self, ctorch_dtype dtype, ctorch_device device, bool copy,
    ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);

// Views --------------------------------------------------------------------------------------------------------

ctorch_status ctorch_reshape(
    const ctorch_tensor *self, ctorch_sizes shape, ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
ctorch_status ctorch_expand(
    const ctorch_tensor *self, ctorch_sizes shape, ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
ctorch_status ctorch_permute(
    const ctorch_tensor *self, ctorch_sizes dimensions, ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
ctorch_status ctorch_transpose(
    const ctorch_tensor *self, int64_t a, int64_t b, ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
ctorch_status ctorch_select(
    const ctorch_tensor *self, int64_t dimension, int64_t index, ctorch_tensor *_Nullable *_Nonnull out,
    ctorch_error *error);
ctorch_status ctorch_narrow(
    const ctorch_tensor *self, int64_t dimension, int64_t start, int64_t length,
    ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
ctorch_status ctorch_concatenate(
    ctorch_tensors parts, int64_t dimension, ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
ctorch_status ctorch_repeat_interleave(
    const ctorch_tensor *self, int64_t count, int64_t dimension, ctorch_tensor *_Nullable *_Nonnull out,
    ctorch_error *error);
ctorch_status ctorch_contiguous(
    const ctorch_tensor *self, ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
ctorch_status ctorch_clone(const ctorch_tensor *self, ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
ctorch_status ctorch_detach(const ctorch_tensor *self, ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);

// Arithmetic, element by element -------------------------------------------------------------------------------

typedef enum ctorch_unary {
  CTORCH_NEGATE,
  CTORCH_ABSOLUTE,
  CTORCH_SQUARE,
  CTORCH_SQUARE_ROOT,
  CTORCH_RECIPROCAL_SQUARE_ROOT,
  CTORCH_EXPONENTIAL,
  CTORCH_LOGARITHM,
  CTORCH_SINE,
  CTORCH_COSINE,
  CTORCH_SIGMOID,
  CTORCH_LOG_SIGMOID,
  CTORCH_SILU,
  CTORCH_GELU,
  CTORCH_IS_FINITE,
  CTORCH_LOGICAL_NOT,
  CTORCH_LOWER_TRIANGLE,
} ctorch_unary;

typedef enum ctorch_binary {
  CTORCH_ADD,
  CTORCH_SUBTRACT,
  CTORCH_MULTIPLY,
  CTORCH_DIVIDE,
  CTORCH_MATRIX_PRODUCT,
  CTORCH_EQUAL,
  CTORCH_GREATER,
  CTORCH_LOGICAL_AND,
} ctorch_binary;

ctorch_status ctorch_apply_unary(
    ctorch_unary operation, const ctorch_tensor *self, ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
ctorch_status ctorch_apply_binary(
    ctorch_binary operation, const ctorch_tensor *self, const ctorch_tensor *other,
    ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
ctorch_status ctorch_apply_scalar(
    ctorch_binary operation, const ctorch_tensor *self, double other, ctorch_tensor *_Nullable *_Nonnull out,
    ctorch_error *error);
/// `self` where `condition`, else `value`.
ctorch_status ctorch_where(
    const ctorch_tensor *condition, const ctorch_tensor *self, double value, ctorch_tensor *_Nullable *_Nonnull out,
    ctorch_error *error);

// Reductions ---------------------------------------------------------------------------------------------------

ctorch_status ctorch_sum(
    const ctorch_tensor *self, ctorch_sizes dimensions, bool keep, ctorch_tensor *_Nullable *_Nonnull out,
    ctorch_error *error);
ctorch_status ctorch_mean(
    const ctorch_tensor *self, ctorch_sizes dimensions, bool keep, ctorch_tensor *_Nullable *_Nonnull out,
    ctorch_error *error);
ctorch_status ctorch_argmax(
    const ctorch_tensor *self, int64_t dimension, ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
ctorch_status ctorch_softmax(
    const ctorch_tensor *self, int64_t dimension, ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
ctorch_status ctorch_log_softmax(
    const ctorch_tensor *self, int64_t dimension, ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
ctorch_status ctorch_gather(
    const ctorch_tensor *self, int64_t dimension, const ctorch_tensor *index, ctorch_tensor *_Nullable *_Nonnull out,
    ctorch_error *error);
ctorch_status ctorch_index_select(
    const ctorch_tensor *self, int64_t dimension, const ctorch_tensor *index, ctorch_tensor *_Nullable *_Nonnull out,
    ctorch_error *error);

// Layers -------------------------------------------------------------------------------------------------------

/// x Wᵀ + b: weight [out, in].
ctorch_status ctorch_linear(
    const ctorch_tensor *self, const ctorch_tensor *weight, const ctorch_tensor *_Nullable bias,
    ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
ctorch_status ctorch_convolution(
    const ctorch_tensor *self, const ctorch_tensor *weight, const ctorch_tensor *_Nullable bias, int64_t stride,
    ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
/// Over the last dimension.
ctorch_status ctorch_layer_norm(
    const ctorch_tensor *self, const ctorch_tensor *weight, const ctorch_tensor *bias, double epsilon,
    ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
/// Rows of `weight` by int64 index; the row `padding`, where not negative, gets no gradient.
ctorch_status ctorch_embedding(
    const ctorch_tensor *weight, const ctorch_tensor *index, int64_t padding, ctorch_tensor *_Nullable *_Nonnull out,
    ctorch_error *error);
/// Scaled dot-product attention over [batch, head, position, channel]. `mask`, bool or float, is broadcast to
/// [batch, head, query, key]; `causal` needs none. With `grouped`, key and value may have fewer heads.
ctorch_status ctorch_attention(
    const ctorch_tensor *query, const ctorch_tensor *key, const ctorch_tensor *value,
    const ctorch_tensor *_Nullable mask, bool causal, bool grouped, ctorch_tensor *_Nullable *_Nonnull out,
    ctorch_error *error);
/// The mean over rows whose target is not `ignored`: self [row, class], target [row].
ctorch_status ctorch_cross_entropy(
    const ctorch_tensor *self, const ctorch_tensor *target, int64_t ignored, ctorch_tensor *_Nullable *_Nonnull out,
    ctorch_error *error);
ctorch_status ctorch_dropout(
    const ctorch_tensor *self, double probability, ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);

// In place -----------------------------------------------------------------------------------------------------

ctorch_status ctorch_copy_(ctorch_tensor *self, const ctorch_tensor *source, ctorch_error *error);
ctorch_status ctorch_fill_(ctorch_tensor *self, double value, ctorch_error *error);
ctorch_status ctorch_add_(ctorch_tensor *self, const ctorch_tensor *other, double factor, ctorch_error *error);
ctorch_status ctorch_multiply_(ctorch_tensor *self, double factor, ctorch_error *error);

// Gradients and optimisation -----------------------------------------------------------------------------------

bool ctorch_requires_gradient(const ctorch_tensor *self);
ctorch_status ctorch_set_requires_gradient(ctorch_tensor *self, bool value, ctorch_error *error);
/// The gradient, or null where there is none.
ctorch_status ctorch_gradient(
    const ctorch_tensor *self, ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
/// Sets, or with null takes away, the gradient.
ctorch_status ctorch_set_gradient(
    ctorch_tensor *self, const ctorch_tensor *_Nullable gradient, ctorch_error *error);
/// Adds d self / d leaf, weighted by `gradient` (null: 1, for a scalar), to every leaf's gradient.
ctorch_status ctorch_backward(
    const ctorch_tensor *self, const ctorch_tensor *_Nullable gradient, ctorch_error *error);
/// The Euclidean norm over all elements of all `parts`, a scalar.
ctorch_status ctorch_total_norm(ctorch_tensors parts, ctorch_tensor *_Nullable *_Nonnull out, ctorch_error *error);
/// Multiplies every part by the scalar tensor `factor`, in place.
ctorch_status ctorch_scale_all_(ctorch_tensors parts, const ctorch_tensor *factor, ctorch_error *error);
/// One AdamW step for `parameters`, in place; `steps` are scalar float32 tensors, which grow by one.
ctorch_status ctorch_adamw_(
    ctorch_tensors parameters, ctorch_tensors gradients, ctorch_tensors first_moments, ctorch_tensors second_moments,
    ctorch_tensors steps, double learning_rate, double beta1, double beta2, double weight_decay, double epsilon,
    ctorch_error *error);

// Ranks: processes that train together -------------------------------------------------------------------------

typedef struct ctorch_group ctorch_group;

/// Joins the ranks that meet through the store at `host` and `port`, which this process holds where `serves`; returns
/// when all `world` are there. All keys of the store begin with `prefix`.
ctorch_status ctorch_group_join(
    const char *host, uint16_t port, bool serves, const char *prefix, int32_t rank, int32_t world,
    double timeout_seconds, ctorch_group *_Nullable *_Nonnull out, ctorch_error *error);
void ctorch_group_free(ctorch_group *group);
/// Sums each tensor over all ranks, in place; every rank gives as many of the same types and shapes.
ctorch_status ctorch_group_sum(ctorch_group *group, ctorch_tensors tensors, ctorch_error *error);
/// Closes the connections between ranks, so that those who wait on this one fail; the store stays.
void ctorch_group_close(ctorch_group *group);
/// Sets a key of the store that all ranks share.
ctorch_status ctorch_group_set(ctorch_group *group, const char *key, ctorch_error *error);
/// How often `rank` has said that it lives; every rank does so a few times a second.
ctorch_status ctorch_group_beats(ctorch_group *group, int32_t rank, int64_t *out, ctorch_error *error);
/// Asks the system to send this process SIGTERM when the one that started it ends.
void ctorch_follow_parent(void);
/// Whether a key is set.
ctorch_status ctorch_group_has(ctorch_group *group, const char *key, bool *out, ctorch_error *error);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif
#endif
