#include "Guard.h"

using namespace ctorch;

ctorch_status ctorch_copy_(ctorch_tensor *self, const ctorch_tensor *source, ctorch_error *error) {
  return guarded(error, [&] { borrow(self).copy_(borrow(source)); });
}

ctorch_status ctorch_fill_(ctorch_tensor *self, double value, ctorch_error *error) {
  return guarded(error, [&] { borrow(self).fill_(value); });
}

ctorch_status ctorch_add_(ctorch_tensor *self, const ctorch_tensor *other, double factor, ctorch_error *error) {
  return guarded(error, [&] { borrow(self).add_(borrow(other), factor); });
}

ctorch_status ctorch_multiply_(ctorch_tensor *self, double factor, ctorch_error *error) {
  return guarded(error, [&] { borrow(self).mul_(factor); });
}

bool ctorch_requires_gradient(const ctorch_tensor *self) { return borrow(self).requires_grad(); }

ctorch_status ctorch_set_requires_gradient(ctorch_tensor *self, bool value, ctorch_error *error) {
  return guarded(error, [&] { borrow(self).set_requires_grad(value); });
}

ctorch_status ctorch_gradient(const ctorch_tensor *self, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] { *out = give(at::Tensor(borrow(self).grad())); });
}

ctorch_status ctorch_set_gradient(ctorch_tensor *self, const ctorch_tensor *gradient, ctorch_error *error) {
  return guarded(error, [&] { borrow(self).mutable_grad() = borrow(gradient); });
}

ctorch_status ctorch_backward(const ctorch_tensor *self, const ctorch_tensor *gradient, ctorch_error *error) {
  return guarded(error, [&] { borrow(self).backward(borrow(gradient)); });
}

ctorch_status ctorch_total_norm(ctorch_tensors parts, ctorch_tensor **out, ctorch_error *error) {
  return guarded(error, [&] {
    c10::NoGradGuard unrecorded;
    *out = give(at::linalg_vector_norm(at::stack(at::_foreach_norm(borrow(parts), 2)), 2));
  });
}

ctorch_status ctorch_scale_all_(ctorch_tensors parts, const ctorch_tensor *factor, ctorch_error *error) {
  return guarded(error, [&] {
    c10::NoGradGuard unrecorded;
    at::_foreach_mul_(borrow(parts), borrow(factor));
  });
}

ctorch_status ctorch_adamw_(
    ctorch_tensors parameters, ctorch_tensors gradients, ctorch_tensors first_moments, ctorch_tensors second_moments,
    ctorch_tensors steps, double learning_rate, double beta1, double beta2, double weight_decay, double epsilon,
    ctorch_error *error) {
  return guarded(error, [&] {
    c10::NoGradGuard unrecorded;
    const auto counts = borrow(steps);
    at::_foreach_add_(counts, 1);
    at::_fused_adamw_(
        borrow(parameters), borrow(gradients), borrow(first_moments), borrow(second_moments), {}, counts,
        learning_rate, beta1, beta2, weight_decay, epsilon, /*amsgrad=*/false, /*maximize=*/false);
  });
}
