#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <dlfcn.h>
#include <torch/headeronly/version.h>

#include "Guard.h"

using namespace ctorch;

const char *ctorch_version(void) { return TORCH_VERSION; }

int32_t ctorch_threads(void) { return at::get_num_threads(); }

ctorch_status ctorch_set_threads(int32_t count, ctorch_error *error) {
  return guarded(error, [&] { at::set_num_threads(count); });
}

ctorch_status ctorch_set_deterministic(bool value, ctorch_error *error) {
  return guarded(error, [&] { at::globalContext().setDeterministicAlgorithms(value, false); });
}

bool ctorch_gradient_enabled(void) { return at::GradMode::is_enabled(); }

void ctorch_set_gradient_enabled(bool value) { at::GradMode::set_enabled(value); }

ctorch_status ctorch_autocast_begin(ctorch_device device, ctorch_dtype dtype, ctorch_error *error) {
  return guarded(error, [&] {
    const auto kind = place(device).type();
    at::autocast::set_autocast_dtype(kind, scalar_type(dtype));
    at::autocast::set_autocast_enabled(kind, true);
    at::autocast::increment_nesting();
  });
}

ctorch_status ctorch_autocast_end(ctorch_device device, ctorch_error *error) {
  return guarded(error, [&] {
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(place(device).type(), false);
  });
}

ctorch_status ctorch_cuda_devices(int32_t *count, ctorch_error *error) {
  return guarded(error, [&] {
    // Its registrations must be there before anything asks for CUDA the first time.
    static void *const library = dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
    static const std::string reason = library ? "" : dlerror();
    TORCH_CHECK(library, "this libtorch has no CUDA: ", reason);
    *count = static_cast<int32_t>(at::globalContext().hasCUDA() ? at::detail::getCUDAHooks().deviceCount() : 0);
  });
}

ctorch_status ctorch_seed(uint64_t seed, ctorch_error *error) {
  return guarded(error, [&] { at::manual_seed(seed); });
}

struct ctorch_generator {
  at::Generator value;
};

ctorch_status ctorch_generator_make(uint64_t seed, ctorch_generator **out, ctorch_error *error) {
  return guarded(error, [&] { *out = new ctorch_generator{at::detail::createCPUGenerator(seed)}; });
}

void ctorch_generator_free(ctorch_generator *generator) { delete generator; }

ctorch_status ctorch_normal_(
    ctorch_tensor *self, double mean, double deviation, ctorch_generator *generator, ctorch_error *error) {
  return guarded(error, [&] {
    c10::NoGradGuard unrecorded;
    borrow(self).normal_(mean, deviation, generator->value);
  });
}

ctorch_status ctorch_uniform_(
    ctorch_tensor *self, double low, double high, ctorch_generator *generator, ctorch_error *error) {
  return guarded(error, [&] {
    c10::NoGradGuard unrecorded;
    borrow(self).uniform_(low, high, generator->value);
  });
}
