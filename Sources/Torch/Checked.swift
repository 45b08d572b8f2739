internal import CTorch
internal import Glibc

/// Calls one function of the shim and turns its status into an error.
func checked(
  _ operation: StaticString, _ body: (UnsafeMutablePointer<ctorch_error>) -> ctorch_status
) throws(TorchError) {
  var error = unsafe ctorch_error(message: nil)
  let status = unsafe body(&error)
  guard status != CTORCH_OK else { return }
  let text = unsafe error.message.map { unsafe String(cString: $0) } ?? ""
  unsafe free(error.message)
  throw TorchError(status == CTORCH_OUT_OF_MEMORY ? .outOfMemory : .refused(text), operation: "\(operation)")
}

/// Calls one function of the shim that makes a tensor.
func made(
  _ operation: StaticString,
  _ body: (UnsafeMutablePointer<OpaquePointer?>, UnsafeMutablePointer<ctorch_error>) -> ctorch_status
) throws(TorchError) -> Tensor {
  guard let tensor = try unsafe madeIfAny(operation, body) else {
    throw TorchError(.refused("no tensor was made"), operation: "\(operation)")
  }
  return tensor
}

/// Calls one function of the shim that makes a tensor or has none.
func madeIfAny(
  _ operation: StaticString,
  _ body: (UnsafeMutablePointer<OpaquePointer?>, UnsafeMutablePointer<ctorch_error>) -> ctorch_status
) throws(TorchError) -> Tensor? {
  var handle: OpaquePointer?
  try unsafe checked(operation) { error in unsafe body(&handle, error) }
  return unsafe handle.map { unsafe Tensor(owning: $0) }
}

/// Calls `body` with `sizes` as the shim takes them.
func withSizes<R>(_ sizes: [Int], _ body: (ctorch_sizes) -> R) -> R {
  let wide = sizes.map { Int64($0) }
  return unsafe wide.withUnsafeBufferPointer { buffer in
    unsafe body(ctorch_sizes(values: buffer.baseAddress, count: buffer.count))
  }
}

/// Calls `body` with `tensors` as the shim takes them; they live until it returns.
func withTensors<R>(_ tensors: [Tensor], _ body: (ctorch_tensors) -> R) -> R {
  let handles = unsafe tensors.map { unsafe Optional($0.handle) }
  return withExtendedLifetime(tensors) {
    unsafe handles.withUnsafeBufferPointer { buffer in
      unsafe body(ctorch_tensors(values: buffer.baseAddress, count: buffer.count))
    }
  }
}
