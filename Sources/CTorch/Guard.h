// Handles, statuses and the one place where C++ exceptions end.
#ifndef CTORCH_GUARD_H
#define CTORCH_GUARD_H

#if !__has_include(<ATen/ATen.h>)
#error "libtorch is missing: run Scripts/torch, or set ARMATURE_WITHOUT_TORCH=1 to build without the model"
#endif
#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "CTorch.h"

namespace ctorch {

// A handle is one owned reference to a TensorImpl: no object of its own.
using Reference = c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>;

inline at::Tensor borrow(const ctorch_tensor *handle) {
  if (!handle) return {};
  auto *tensor = reinterpret_cast<c10::TensorImpl *>(const_cast<ctorch_tensor *>(handle));
  return at::Tensor(Reference::reclaim_copy(tensor));
}

inline ctorch_tensor *give(at::Tensor &&tensor) {
  return tensor.defined() ? reinterpret_cast<ctorch_tensor *>(tensor.unsafeReleaseTensorImpl()) : nullptr;
}

inline std::vector<at::Tensor> borrow(ctorch_tensors list) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(list.count);
  for (size_t i = 0; i < list.count; i++) tensors.push_back(borrow(list.values[i]));
  return tensors;
}

inline at::IntArrayRef sizes(ctorch_sizes list) { return {list.values, list.count}; }

inline ctorch_status report(ctorch_error *error, const char *text) noexcept {
  std::string_view line(text ? text : "");
  const bool full = line.find("can't allocate memory") != std::string_view::npos ||
                    line.find("out of memory") != std::string_view::npos;
  line = line.substr(0, line.find('\n'));
  error->message = static_cast<char *>(std::malloc(line.size() + 1));
  if (error->message) {
    std::memcpy(error->message, line.data(), line.size());
    error->message[line.size()] = 0;
  }
  return full ? CTORCH_OUT_OF_MEMORY : CTORCH_FAILED;
}

template <class Body>
ctorch_status guarded(ctorch_error *error, Body &&body) noexcept {
  try {
    body();
    return CTORCH_OK;
  } catch (const std::bad_alloc &) {
    return report(error, "out of memory");
  } catch (const c10::Error &failure) {
    return report(error, failure.what_without_backtrace());
  } catch (const std::exception &failure) {
    return report(error, failure.what());
  } catch (...) {
    return report(error, "unknown C++ exception");
  }
}

inline at::ScalarType scalar_type(ctorch_dtype type) {
  switch (type) {
    case CTORCH_BOOL: return at::kBool;
    case CTORCH_UINT8: return at::kByte;
    case CTORCH_INT8: return at::kChar;
    case CTORCH_INT16: return at::kShort;
    case CTORCH_INT32: return at::kInt;
    case CTORCH_INT64: return at::kLong;
    case CTORCH_FLOAT16: return at::kHalf;
    case CTORCH_BFLOAT16: return at::kBFloat16;
    case CTORCH_FLOAT32: return at::kFloat;
    case CTORCH_FLOAT64: return at::kDouble;
  }
  TORCH_CHECK(false, "element type ", static_cast<int>(type), " is unknown");
}

inline at::Device place(ctorch_device device) {
  return device < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device));
}

}  // namespace ctorch

#endif
