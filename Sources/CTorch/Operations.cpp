#include "Guard.h"

using namespace ctorch;

ctorch_status ctorch_apply_unary(
    ctorch_unary operation, const ctorch_tensor *self, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] {
    const auto x = borrow(self);
    switch (operation) {
      case CTORCH_NEGATE: *out = give(at::neg(x)); break;
      case CTORCH_ABSOLUTE: *out = give(at::abs(x)); break;
      case CTORCH_SQUARE: *out = give(x.pow(2)); break;
      case CTORCH_SQUARE_ROOT: *out = give(at::sqrt(x)); break;
      case CTORCH_RECIPROCAL_SQUARE_ROOT: *out = give(at::rsqrt(x)); break;
      case CTORCH_EXPONENTIAL: *out = give(at::exp(x)); break;
      case CTORCH_LOGARITHM: *out = give(at::log(x)); break;
      case CTORCH_SINE: *out = give(at::sin(x)); break;
      case CTORCH_COSINE: *out = give(at::cos(x)); break;
      case CTORCH_SIGMOID: *out = give(at::sigmoid(x)); break;
      case CTORCH_LOG_SIGMOID: *out = give(at::log_sigmoid(x)); break;
      case CTORCH_SILU: *out = give(at::silu(x)); break;
      case CTORCH_GELU: *out = give(at::gelu(x)); break;
      case CTORCH_IS_FINITE: *out = give(at::isfinite(x)); break;
      case CTORCH_LOGICAL_NOT: *out = give(at::logical_not(x)); break;
      case CTORCH_LOWER_TRIANGLE: *out = give(at::tril(x)); break;
      default: TORCH_CHECK(false, "operation ", static_cast<int>(operation), " is unknown");
    }
  });
}

ctorch_status ctorch_apply_binary(
    ctorch_binary operation, const ctorch_tensor *self, const ctorch_tensor *other, ctorch_tensor **out,
    ctorch_error *error) {
  return guarded(error, [&] {
    const auto x = borrow(self), y = borrow(other);
    switch (operation) {
      case CTORCH_ADD: *out = give(at::add(x, y)); break;
      case CTORCH_SUBTRACT: *out = give(at::sub(x, y)); break;
      case CTORCH_MULTIPLY: *out = give(at::mul(x, y)); break;
      case CTORCH_DIVIDE: *out = give(at::div(x, y)); break;
      case CTORCH_MATRIX_PRODUCT: *out = give(at::matmul(x, y)); break;
      case CTORCH_EQUAL: *out = give(at::eq(x, y)); break;
      case CTORCH_GREATER: *out = give(at::gt(x, y)); break;
      case CTORCH_LOGICAL_AND: *out = give(at::logical_and(x, y)); break;
      default: TORCH_CHECK(false, "operation ", static_cast<int>(operation), " is unknown");
    }
  });
}

ctorch_status ctorch_apply_scalar(
    ctorch_binary operation, const ctorch_tensor *self, double other, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] {
    const auto x = borrow(self);
    switch (operation) {
      case CTORCH_ADD: *out = give(at::add(x, other)); break;
      case CTORCH_SUBTRACT: *out = give(at::sub(x, other)); break;
      case CTORCH_MULTIPLY: *out = give(at::mul(x, other)); break;
      case CTORCH_DIVIDE: *out = give(at::div(x, other)); break;
      case CTORCH_EQUAL: *out = give(at::eq(x, other)); break;
      case CTORCH_GREATER: *out = give(at::gt(x, other)); break;
      default: TORCH_CHECK(false, "operation ", static_cast<int>(operation), " takes no number");
    }
  });
}

ctorch_status ctorch_where(
    const ctorch_tensor *condition, const ctorch_tensor *self, double value, ctorch_tensor **out,
    ctorch_error *error) {
  return guarded(error, [&] { *out = give(at::where(borrow(condition), borrow(self), value)); });
}

ctorch_status ctorch_sum(
    const ctorch_tensor *self, ctorch_sizes dimensions, bool keep, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(at::sum(borrow(self), sizes(dimensions), keep)); });
}

ctorch_status ctorch_mean(
    const ctorch_tensor *self, ctorch_sizes dimensions, bool keep, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(at::mean(borrow(self), sizes(dimensions), keep)); });
}

ctorch_status ctorch_argmax(
    const ctorch_tensor *self, int64_t dimension, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(at::argmax(borrow(self), dimension)); });
}

ctorch_status ctorch_softmax(
    const ctorch_tensor *self, int64_t dimension, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(at::softmax(borrow(self), dimension)); });
}

ctorch_status ctorch_log_softmax(
    const ctorch_tensor *self, int64_t dimension, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(at::log_softmax(borrow(self), dimension)); });
}

ctorch_status ctorch_gather(
    const ctorch_tensor *self, int64_t dimension, const ctorch_tensor *index, ctorch_tensor **out,
    ctorch_error *error) {
  return guarded(error, [&] { *out = give(at::gather(borrow(self), dimension, borrow(index))); });
}

ctorch_status ctorch_index_select(
    const ctorch_tensor *self, int64_t dimension, const ctorch_tensor *index, ctorch_tensor **out,
    ctorch_error *error) {
  return guarded(error, [&] { *out = give(at::index_select(borrow(self), dimension, borrow(index))); });
}

ctorch_status ctorch_linear(
    const ctorch_tensor *self, const ctorch_tensor *weight, const ctorch_tensor *bias, ctorch_tensor **out,
    ctorch_error *error) {
  return guarded(error, [&] { *out = give(at::linear(borrow(self), borrow(weight), borrow(bias))); });
}

ctorch_status ctorch_convolution(
    const ctorch_tensor *self, const ctorch_tensor *weight, const ctorch_tensor *bias, int64_t stride,
    ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(at::conv2d(borrow(self), borrow(weight), borrow(bias), stride)); });
}

ctorch_status ctorch_layer_norm(
    const ctorch_tensor *self, const ctorch_tensor *weight, const ctorch_tensor *bias, double epsilon,
    ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] {
    const auto scale = borrow(weight);
    *out = give(at::layer_norm(borrow(self), scale.sizes(), scale, borrow(bias), epsilon));
  });
}

ctorch_status ctorch_embedding(
    const ctorch_tensor *weight, const ctorch_tensor *index, int64_t padding, ctorch_tensor **out,
    ctorch_error *error) {
  return guarded(error, [&] { *out = give(at::embedding(borrow(weight), borrow(index), padding)); });
}

ctorch_status ctorch_attention(
    const ctorch_tensor *query, const ctorch_tensor *key, const ctorch_tensor *value, const ctorch_tensor *mask,
    bool causal, bool grouped, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] {
    std::optional<at::Tensor> allowed;
    if (mask) allowed = borrow(mask);
    *out = give(at::scaled_dot_product_attention(
        borrow(query), borrow(key), borrow(value), allowed, 0.0, causal, std::nullopt, grouped));
  });
}

ctorch_status ctorch_cross_entropy(
    const ctorch_tensor *self, const ctorch_tensor *target, int64_t ignored, ctorch_tensor **out,
    ctorch_error *error) {
  return guarded(error, [&] {
    *out = give(at::cross_entropy_loss(borrow(self), borrow(target), {}, at::Reduction::Mean, ignored));
  });
}

ctorch_status ctorch_dropout(
    const ctorch_tensor *self, double probability, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(at::dropout(borrow(self), probability, /*train=*/true)); });
}
