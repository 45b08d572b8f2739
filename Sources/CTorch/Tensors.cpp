#include "Guard.h"

using namespace ctorch;

void ctorch_release(ctorch_tensor *self) { Reference::reclaim(reinterpret_cast<c10::TensorImpl *>(self)); }

ctorch_tensor *ctorch_retain(const ctorch_tensor *self) { return give(borrow(self)); }

static size_t byte_count(const at::Tensor &tensor) {
  return static_cast<size_t>(tensor.numel()) * tensor.element_size();
}

ctorch_status ctorch_from_bytes(
    const void *bytes, size_t count, ctorch_dtype dtype, ctorch_sizes shape, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] {
    auto tensor = at::empty(sizes(shape), scalar_type(dtype));
    TORCH_CHECK(byte_count(tensor) == count, "shape and type take ", byte_count(tensor), " bytes, not ", count);
    if (count > 0) std::memcpy(tensor.mutable_data_ptr(), bytes, count);
    *out = give(std::move(tensor));
  });
}

ctorch_status ctorch_from_memory(
    const void *memory, ctorch_dtype dtype, ctorch_sizes shape, void (*release)(void *), void *context,
    ctorch_tensor **out, ctorch_error *error) {
  bool owned = false;
  const auto status = guarded(error, [&] {
    auto tensor = at::from_blob(
        const_cast<void *>(memory), sizes(shape), [release, context](void *) { release(context); },
        at::TensorOptions(scalar_type(dtype)));
    owned = true;
    *out = give(std::move(tensor));
  });
  if (!owned) release(context);
  return status;
}

ctorch_status ctorch_full(
    ctorch_sizes shape, double value, ctorch_dtype dtype, ctorch_device device, ctorch_tensor **out,
    ctorch_error *error) {
  return guarded(error, [&] {
    *out = give(at::full(sizes(shape), value, at::TensorOptions(scalar_type(dtype)).device(place(device))));
  });
}

ctorch_status ctorch_range(
    int64_t count, ctorch_dtype dtype, ctorch_device device, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] {
    *out = give(at::arange(count, at::TensorOptions(scalar_type(dtype)).device(place(device))));
  });
}

int64_t ctorch_rank(const ctorch_tensor *self) { return borrow(self).dim(); }

int64_t ctorch_size(const ctorch_tensor *self, int64_t dimension) {
  return borrow(self).sizes()[static_cast<size_t>(dimension)];
}

ctorch_status ctorch_dtype_of(const ctorch_tensor *self, ctorch_dtype *out, ctorch_error *error) {
  return guarded(error, [&] {
    switch (borrow(self).scalar_type()) {
      case at::kBool: *out = CTORCH_BOOL; break;
      case at::kByte: *out = CTORCH_UINT8; break;
      case at::kChar: *out = CTORCH_INT8; break;
      case at::kShort: *out = CTORCH_INT16; break;
      case at::kInt: *out = CTORCH_INT32; break;
      case at::kLong: *out = CTORCH_INT64; break;
      case at::kHalf: *out = CTORCH_FLOAT16; break;
      case at::kBFloat16: *out = CTORCH_BFLOAT16; break;
      case at::kFloat: *out = CTORCH_FLOAT32; break;
      case at::kDouble: *out = CTORCH_FLOAT64; break;
      default: TORCH_CHECK(false, "tensors of ", borrow(self).dtype().name(), " are not used here");
    }
  });
}

ctorch_device ctorch_device_of(const ctorch_tensor *self) {
  const auto device = borrow(self).device();
  return device.is_cpu() ? -1 : device.index();
}

ctorch_status ctorch_copy_bytes(const ctorch_tensor *self, void *bytes, size_t count, ctorch_error *error) {
  return guarded(error, [&] {
    const auto tensor = borrow(self).detach().to(at::kCPU).contiguous();
    TORCH_CHECK(byte_count(tensor) == count, "the tensor takes ", byte_count(tensor), " bytes, not ", count);
    if (count > 0) std::memcpy(bytes, tensor.const_data_ptr(), count);
  });
}

ctorch_status ctorch_to(
    const ctorch_tensor *self, ctorch_dtype dtype, ctorch_device device, bool copy, ctorch_tensor **out,
    ctorch_error *error) {
  return guarded(error, [&] {
    *out = give(borrow(self).to(place(device), scalar_type(dtype), /*non_blocking=*/false, copy));
  });
}

ctorch_status ctorch_reshape(
    const ctorch_tensor *self, ctorch_sizes shape, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(borrow(self).reshape(sizes(shape))); });
}

ctorch_status ctorch_expand(const ctorch_tensor *self, ctorch_sizes shape, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(borrow(self).expand(sizes(shape))); });
}

ctorch_status ctorch_permute(
    const ctorch_tensor *self, ctorch_sizes dimensions, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(borrow(self).permute(sizes(dimensions))); });
}

ctorch_status ctorch_transpose(
    const ctorch_tensor *self, int64_t a, int64_t b, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(borrow(self).transpose(a, b)); });
}

ctorch_status ctorch_select(
    const ctorch_tensor *self, int64_t dimension, int64_t index, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(borrow(self).select(dimension, index)); });
}

ctorch_status ctorch_narrow(
    const ctorch_tensor *self, int64_t dimension, int64_t start, int64_t length, ctorch_tensor **out,
    ctorch_error *error) {
  return guarded(error, [&] { *out = give(borrow(self).narrow(dimension, start, length)); });
}

ctorch_status ctorch_concatenate(
    ctorch_tensors parts, int64_t dimension, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(at::cat(borrow(parts), dimension)); });
}

ctorch_status ctorch_repeat_interleave(
    const ctorch_tensor *self, int64_t count, int64_t dimension, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(borrow(self).repeat_interleave(count, dimension)); });
}

ctorch_status ctorch_contiguous(const ctorch_tensor *self, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(borrow(self).contiguous()); });
}

ctorch_status ctorch_clone(const ctorch_tensor *self, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(borrow(self).clone()); });
}

ctorch_status ctorch_detach(const ctorch_tensor *self, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(borrow(self).detach()); });
}
